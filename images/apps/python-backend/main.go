// Python-backend stands for the backend of a course's microservices: it knows two instructors and some students.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

type person struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

var (
	instructors = []person{{"Muhammad Ali", "Kahoot"}, {"Hasnain", "Zaib"}}
	students    = []person{{"Amina", "Rahman"}, {"Jonas", "Weber"}, {"Mei", "Tanaka"}}
)

func main() {
	serve.Run(serve.App{Name: "python-backend", Version: version, Port: 8080, Handler: handler()})
}

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Hello world!") })
	for name, people := range map[string][]person{"instructor": instructors, "student": students} {
		mux.HandleFunc("GET /"+name+"s", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, people) })
		mux.HandleFunc("GET /"+name+"/{number}", func(w http.ResponseWriter, r *http.Request) {
			number, err := strconv.Atoi(r.PathValue("number"))
			if err != nil || number < 1 || number > len(people) {
				http.Error(w, "list index out of range", http.StatusInternalServerError) // as the original does
				return
			}
			writeJSON(w, people[number-1])
		})
	}
	return mux
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
