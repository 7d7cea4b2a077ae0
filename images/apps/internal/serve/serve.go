// Package serve is what all servers of the labs have in common.
//
// Every server prints `listening on :PORT` as its first line, answers `/env?name=X`, closes each connection
// after one answer (so that a Service's balancing shows), and dies at once on SIGTERM: connections in flight
// are cut, which is what makes a preStop hook visible.
package serve

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// App is one server: Port is where it listens unless the environment says PORT.
type App struct {
	Name    string
	Version string
	Port    int
	Handler http.Handler
	// Silent leaves the first line out: the log belongs to the app.
	Silent bool
	// Listening runs once the port is open, after the first line was printed.
	Listening func()
}

// Run serves until the process is told to stop.
func Run(app App) {
	ExitOnSignal()
	listener, port := listen(app.Port)
	if !app.Silent {
		announce(port)
	}
	if app.Listening != nil {
		app.Listening()
	}
	Fail("%v", NewServer(app).Serve(listener))
}

// Listen is Run's beginning, for what does not speak HTTP.
func Listen(fallback int) net.Listener {
	listener, port := listen(fallback)
	announce(port)
	return listener
}

func announce(port int) { fmt.Printf("listening on :%d\n", port) }

// listen opens the port, which PORT may change, after START_DELAY seconds. It ends the process when it cannot.
func listen(fallback int) (net.Listener, int) {
	delay, err := startDelay(os.Getenv("START_DELAY"))
	if err != nil {
		Fail("%v", err)
	}
	port, err := listenPort(os.Getenv("PORT"), fallback)
	if err != nil {
		Fail("%v", err)
	}
	time.Sleep(delay)
	listener, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(port)))
	if err != nil {
		Fail("%v", err)
	}
	return listener, port
}

// NewServer has the behaviour that all apps share; it does not listen yet.
func NewServer(app App) *http.Server {
	server := &http.Server{Handler: withEnv(app), ReadHeaderTimeout: 10 * time.Second}
	server.SetKeepAlivesEnabled(false)
	return server
}

// ExitOnSignal makes SIGTERM and SIGINT end the process with 0. As PID 1 of a container the kernel ignores them otherwise.
func ExitOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		os.Exit(0)
	}()
}

// Fail says why on stderr and ends the process with 1.
func Fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func withEnv(app App) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "kd/"+app.Name+" "+app.Version)
		if r.URL.Path != "/env" {
			app.Handler.ServeHTTP(w, r)
			return
		}
		value, set := os.LookupEnv(r.URL.Query().Get("name"))
		if !set {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, value)
	})
}

func startDelay(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds >= 0 && seconds <= 3600) {
		return 0, fmt.Errorf("START_DELAY is %q, expected seconds from 0 to 3600", text)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func listenPort(text string, fallback int) (int, error) {
	if text == "" {
		return fallback, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("PORT is %q, expected a number from 1 to 65535", text)
	}
	return port, nil
}
