// Node-frontend stands for the frontend of a course's microservices. The name of its backend is written into the code, on purpose:
// BACKEND_URL changes nothing, only a Service called `backend` does.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"kubedrill.local/apps/internal/failure"
	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const (
	backend        = "http://backend:8080"
	backendTimeout = 3 * time.Second
)

func main() {
	serve.Run(serve.App{Name: "node-frontend", Version: version, Port: 8080, Handler: handler(backend)})
}

func handler(backend string) http.Handler {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Hello world") })
	mux.HandleFunc("GET /instructor/{id}", func(w http.ResponseWriter, r *http.Request) {
		name, err := instructor(r.Context(), client, backend, r.PathValue("id"))
		if err != nil {
			log.Print(err)
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, "Hello %s", name)
	})
	return mux
}

func instructor(ctx context.Context, client *http.Client, backend, id string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, backendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, backend+"/instructor/"+url.PathEscape(id), nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", inNodesWords(err, request.URL)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("backend answered %s", response.Status)
	}
	var person struct{ FirstName, LastName string }
	if err := json.NewDecoder(response.Body).Decode(&person); err != nil {
		return "", fmt.Errorf("backend answered something else: %w", err)
	}
	return person.FirstName + " " + person.LastName, nil
}

// inNodesWords says what Node.js would say, because that is what learners find when they search for it.
func inNodesWords(err error, target *url.URL) error {
	var name *net.DNSError
	var operation *net.OpError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Errorf("Error: getaddrinfo ENOTFOUND %s", target.Hostname())
	case errors.As(err, &name):
		return fmt.Errorf("Error: getaddrinfo EAI_AGAIN %s", target.Hostname())
	case failure.Kind(err) == failure.Refused && errors.As(err, &operation):
		return fmt.Errorf("Error: connect ECONNREFUSED %s", operation.Addr)
	case failure.Kind(err) == failure.Timeout:
		return fmt.Errorf("Error: connect ETIMEDOUT %s", target.Host)
	}
	return fmt.Errorf("Error: %w", err)
}
