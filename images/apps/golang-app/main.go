// Golang-app stands for the API of a course: it repeats the path it was asked for, and counts for itself.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

func main() {
	serve.Run(serve.App{Name: "golang-app", Version: version, Port: 8080, Handler: handler()})
}

func handler() http.Handler {
	var calls atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "No Endpoint ") })
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, you've requested: %s", r.URL.Path)
	})
	mux.HandleFunc("/count", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, calls.Add(1)) })
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	return mux
}
