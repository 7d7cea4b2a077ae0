// Pageview counts its visitors in a Redis that it finds by the name of a Service.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"kubedrill.local/apps/internal/resp"
	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const (
	defaultAddress = "db:6379"
	key            = "pv"
	dbTimeout      = 2 * time.Second
)

func main() {
	address := os.Getenv("DB_ADDR")
	if address == "" {
		address = defaultAddress
	}
	serve.Run(serve.App{Name: "pageview", Version: version, Port: 8080, Handler: handler(address, os.Getenv("DB_PASSWORD"))})
}

func handler(address, password string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("Ping from %s", r.RemoteAddr)
		visitors, err := count(r.Context(), address, password)
		if err != nil {
			log.Print(err)
			panic(http.ErrAbortHandler) // closes the connection without an answer
		}
		fmt.Fprintf(w, "Hello, you're visitor #%d.\n", visitors)
	})
	return mux
}

func count(ctx context.Context, address, password string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, dbTimeout)
	defer cancel()
	db, err := resp.Dial(ctx, address, password)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return db.Int("INCR", key)
}
