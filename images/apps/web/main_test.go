package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newSite(t *testing.T, env map[string]string) (*site, *bytes.Buffer) {
	t.Helper()
	var stdout bytes.Buffer
	s, err := fromEnvironment(func(name string) string { return env[name] }, &stdout)
	if err != nil {
		t.Fatal(err)
	}
	return s, &stdout
}

func get(s *site, path string) (int, string) {
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer.Code, answer.Body.String()
}

func TestThePageNamesVersionPodAndConfiguration(t *testing.T) {
	s, stdout := newSite(t, map[string]string{"VERSION": "blue"})
	host, _ := os.Hostname()
	status, body := get(s, "/")
	if want := "Welcome to nginx! version=dev pod=" + host + " v=blue\n"; status != 200 || body != want {
		t.Errorf("%d %q", status, body)
	}
	if stdout.String() != "GET / 200\n" {
		t.Errorf("log %q", stdout)
	}
}

func TestOnlyKnownPathsAreFound(t *testing.T) {
	s, _ := newSite(t, nil)
	for path, want := range map[string]int{"/": 200, "/about": 200, "/healthz": 200, "/nope": 404, "/about/us": 404} {
		if status, _ := get(s, path); status != want {
			t.Errorf("%s: %d, expected %d", path, status, want)
		}
	}
}

func TestStatusDecidesEveryAnswerButHealth(t *testing.T) {
	s, _ := newSite(t, map[string]string{"STATUS": "500"})
	for path, want := range map[string]int{"/": 500, "/hello": 500, "/healthz": 200} {
		if status, _ := get(s, path); status != want {
			t.Errorf("%s: %d, expected %d", path, status, want)
		}
	}
}

func TestDocrootServesItsFilesAndNothingElse(t *testing.T) {
	root := t.TempDir()
	os.WriteFile(filepath.Join(root, "keep.txt"), []byte("zero-downtime\n"), 0o644)
	os.Symlink("/etc/passwd", filepath.Join(root, "out"))
	s, _ := newSite(t, map[string]string{"DOCROOT": root})
	if status, body := get(s, "/keep.txt"); status != 200 || body != "zero-downtime\n" {
		t.Errorf("%d %q", status, body)
	}
	if status, body := get(s, "/"); status != 200 || !strings.HasPrefix(body, "Welcome to nginx!") {
		t.Errorf("%d %q", status, body)
	}
	for _, path := range []string{"/absent", "/../../etc/passwd", "/out"} {
		if status, _ := get(s, path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	os.WriteFile(filepath.Join(root, "index.html"), []byte("mine"), 0o644)
	if _, body := get(s, "/"); body != "mine" {
		t.Errorf("%q", body)
	}
}

func TestAccessLinesGoToTheFileToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	s, stdout := newSite(t, map[string]string{"ACCESS_LOG": path})
	get(s, "/")
	get(s, "/nope")
	file, _ := os.ReadFile(path)
	if want := "GET / 200\nGET /nope 404\n"; string(file) != want || stdout.String() != want {
		t.Errorf("file %q, stdout %q", file, stdout)
	}
}

func TestWorkTakesItsTime(t *testing.T) {
	s, _ := newSite(t, map[string]string{"WORK_MS": "30"})
	begin := time.Now()
	get(s, "/")
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	for name, text := range map[string]string{"STATUS": "abc", "WORK_MS": "-1", "ACCESS_LOG": "/no/such/folder/log"} {
		_, err := fromEnvironment(func(n string) string { return map[string]string{name: text}[n] }, &bytes.Buffer{})
		if err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, text, err)
		}
	}
}
