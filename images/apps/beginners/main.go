// Beginners stands for the first app of a Kubernetes course: it greets on every path and logs who asked.
package main

import (
	"io"
	"log"
	"net/http"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

func main() {
	serve.Run(serve.App{Name: "beginners", Version: version, Port: 8080, Handler: http.HandlerFunc(greet)})
}

func greet(w http.ResponseWriter, r *http.Request) {
	log.Printf("Ping from %s", r.RemoteAddr)
	io.WriteString(w, "Hello Kubernetes Beginners!\n")
}
