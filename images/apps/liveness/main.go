// Liveness is well for ten seconds after its start and ill from then on, until it is restarted.
package main

import (
	"fmt"
	"net/http"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const wellFor = 10 * time.Second

func main() {
	started := time.Now()
	age := func() time.Duration { return time.Since(started) }
	serve.Run(serve.App{Name: "liveness", Version: version, Port: 8080, Handler: handler(age)})
}

func handler(age func() time.Duration) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up for", age().Truncate(time.Second)) })
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if age := age(); age > wellFor {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "error: %.1f\n", age.Seconds())
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}
