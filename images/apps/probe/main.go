// Probe asks HTTP and DNS questions from inside the cluster on behalf of kubedrill, which reaches it through the API server's proxy.
// It remembers nothing: each question is asked on a fresh connection, at the time it is put.
package main

import (
	"encoding/json"
	"io"
	"net/http"

	"kubedrill.local/apps/internal/dns"
	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

// simultaneous bounds the questions that are being answered at one time; more than that wait for their turn.
const simultaneous = 32

func main() {
	config, err := dns.ReadConfig("/etc/resolv.conf")
	if err != nil {
		serve.Fail("%v", err)
	}
	serve.Run(serve.App{Name: "probe", Version: version, Port: 8091, Handler: newProbe(config.Server)})
}

func newProbe(dnsServer string) http.Handler {
	turn := make(chan struct{}, simultaneous)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /http", inTurn(turn, answerHTTP))
	mux.HandleFunc("GET /dns", inTurn(turn, func(r *http.Request) (any, error) { return answerDNS(r, dnsServer) }))
	return mux
}

// inTurn waits for a free place and writes what `answer` returns; its error says what is wrong with the question.
func inTurn(turn chan struct{}, answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-r.Context().Done():
			return
		}
		value, err := answer(r)
		if r.Context().Err() != nil {
			return // nobody listens any more
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			value = map[string]string{"error": err.Error()}
		}
		json.NewEncoder(w).Encode(value)
	}
}
