// Web stands for nginx: a page that names its version and its Pod, and files when it is given a folder.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

func main() {
	site, err := fromEnvironment(os.Getenv, os.Stdout)
	if err != nil {
		serve.Fail("%v", err)
	}
	serve.Run(serve.App{Name: "web", Version: version, Port: 80, Handler: site})
}

// site answers like this: STATUS (if set) decides every answer, DOCROOT (if set) serves files,
// WORK_MS is the time that one answer takes, ACCESS_LOG gets the access lines too.
type site struct {
	status  int
	docroot string
	work    time.Duration
	page    string
	log     io.Writer
	mutex   sync.Mutex
}

func fromEnvironment(getenv func(string) string, stdout io.Writer) (*site, error) {
	s := &site{docroot: getenv("DOCROOT"), log: stdout}
	if text := getenv("STATUS"); text != "" {
		status, err := strconv.Atoi(text)
		if err != nil || status < 200 || status > 599 {
			return nil, fmt.Errorf("STATUS is %q, expected a number from 200 to 599", text)
		}
		s.status = status
	}
	if text := getenv("WORK_MS"); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms < 0 || ms > 600_000 {
			return nil, fmt.Errorf("WORK_MS is %q, expected milliseconds from 0 to 600000", text)
		}
		s.work = time.Duration(ms) * time.Millisecond
	}
	if path := getenv("ACCESS_LOG"); path != "" {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, fmt.Errorf("ACCESS_LOG: %w", err)
		}
		s.log = io.MultiWriter(stdout, file)
	}
	pod, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	s.page = fmt.Sprintf("Welcome to nginx! version=%s pod=%s v=%s\n", version, pod, getenv("VERSION"))
	return s, nil
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		s.answer(w, r, http.StatusOK, []byte("ok\n"))
		return
	}
	time.Sleep(s.work)
	status, body := s.look(r.URL.Path)
	s.answer(w, r, status, body)
}

func (s *site) look(path string) (int, []byte) {
	if s.status != 0 {
		return s.status, []byte(s.page)
	}
	if s.docroot != "" {
		if body, err := readFile(s.docroot, path); err == nil {
			return http.StatusOK, body
		}
	}
	if path == "/" || path == "/about" {
		return http.StatusOK, []byte(s.page)
	}
	return http.StatusNotFound, []byte("404 Not Found\n")
}

func readFile(docroot, path string) ([]byte, error) {
	if path == "/" {
		path = "/index.html"
	}
	file, err := os.OpenInRoot(docroot, "."+path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, 16<<20))
}

func (s *site) answer(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	fmt.Fprintf(s.log, "%s %s %d\n", r.Method, r.URL.Path, status)
}
