package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOneLocationPerWayToMatch(t *testing.T) {
	c := shop(t, strings.Replace(shopIngress(`"number":80`), `shop.local`, `*.shop.local`, 1))
	hosts, _ := routesOf(c)
	conf := configuration(hosts, "/tmp/x", 80, 8081)
	_, servers, _ := strings.Cut(conf, "  upstream u0 {")
	want := `
    server 10.244.1.1:80 max_fails=0;
    server 10.244.1.2:80 max_fails=0;
  }
  server {
    listen 80 default_server;
    server_name _;
    location / { return 404 "404 Not Found\n"; }
  }
  server {
    listen 80;
    server_name "~^[^.]+\.shop\.local$";
    location / { proxy_pass http://u0; } # ns/client:80
    location = "/api" { return 503 "503 Service Unavailable\n"; } # ns/server:80
    location "/api/" { return 503 "503 Service Unavailable\n"; } # ns/server:80
  }
}
`
	if servers != want {
		t.Errorf("%s", conf)
	}
}

// TestRealNginx needs nginx in PATH; the image brings its own.
func TestRealNginx(t *testing.T) {
	binary, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("no nginx on this machine")
	}
	backend := func(name string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, name, " ", r.Host, " ", r.URL.Path) }))
		t.Cleanup(server.Close)
		return strings.TrimPrefix(server.URL, "http://")
	}
	client, server := backend("client"), backend("server")
	hosts := []host{
		{},
		{name: "*.wild.local", routes: []route{{path: "/", endpoints: []string{client}}}},
		{name: "shop.local", routes: []route{
			{path: "/", endpoints: []string{client}}, {path: "/api", endpoints: []string{server}}, {path: "/api/down"},
			{path: "/only", exact: true, endpoints: []string{server}}, {path: "/api/deep/", exact: true, endpoints: []string{client}},
		}},
		{name: "narrow.local", routes: []route{{path: "/api", endpoints: []string{server}}, {path: "/api", exact: true, endpoints: []string{client}}}},
	}
	port, ready := freePort(t), freePort(t)
	start(t, binary, configuration(hosts, t.TempDir(), port, ready), ready)
	for _, c := range []struct {
		host, path string
		status     int
		body       string
	}{
		{"shop.local", "/", 200, "client shop.local /"},
		{"shop.local", "/about", 200, "client shop.local /about"},
		{"shop.local", "/api", 200, "server shop.local /api"},
		{"shop.local", "/api/x", 200, "server shop.local /api/x"},
		{"shop.local", "/apis", 200, "client shop.local /apis"},
		{"shop.local", "/api/down", 503, "503 Service Unavailable\n"},
		{"shop.local", "/api/down/x", 503, "503 Service Unavailable\n"},
		{"shop.local", "/api/downtown", 200, "server shop.local /api/downtown"},
		{"shop.local", "/only", 200, "server shop.local /only"},
		{"shop.local", "/only/x", 200, "client shop.local /only/x"},
		{"shop.local", "/api/deep/", 200, "client shop.local /api/deep/"},
		{"shop.local", "/api/deep", 200, "server shop.local /api/deep"},
		{"narrow.local", "/api", 200, "client narrow.local /api"},
		{"narrow.local", "/api/x", 200, "server narrow.local /api/x"},
		{"narrow.local", "/", 404, "404 Not Found\n"},
		{"one.wild.local", "/", 200, "client one.wild.local /"},
		{"two.one.wild.local", "/", 404, "404 Not Found\n"},
		{"other.local", "/", 404, "404 Not Found\n"},
	} {
		status, body := ask(t, port, c.host, c.path)
		if status != c.status || body != c.body {
			t.Errorf("%s%s: %d %q, expected %d %q", c.host, c.path, status, body, c.status, c.body)
		}
	}
}

func freePort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func start(t *testing.T, binary, conf string, ready int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nginx.conf")
	os.WriteFile(path, []byte(conf), 0o644)
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, binary, "-c", path, "-g", "daemon off;")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); command.Wait() })
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ready)); err == nil {
			connection.Close()
			return
		}
	}
	t.Fatal("nginx does not listen")
}

func ask(t *testing.T, port int, host, path string) (int, string) {
	t.Helper()
	request, _ := http.NewRequest("GET", fmt.Sprintf("http://127.0.0.1:%d%s", port, path), nil)
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}
