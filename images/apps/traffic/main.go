// Traffic sends requests to one target for as long as it lives, each on a fresh connection, and remembers how every one of them went.
package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

func main() {
	config, err := readConfig(os.Getenv)
	if err != nil {
		serve.Fail("%v", err)
	}
	record := newRecord(config.name, time.Now(), maxSamples)
	serve.Run(serve.App{
		Name: "traffic", Version: version, Port: 8090, Handler: api(record, time.Now),
		Listening: func() { go config.run(context.Background(), record) },
	})
}

func api(record *record, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, r *http.Request) {
		window, err := readWindow(r.URL.Query(), record.started, now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		writeJSON(w, record.stats(window, now()))
	})
	mux.HandleFunc("GET /samples", func(w http.ResponseWriter, r *http.Request) {
		window, err := readWindow(r.URL.Query(), record.started, now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		record.writeSamples(w, window)
	})
	return mux
}
