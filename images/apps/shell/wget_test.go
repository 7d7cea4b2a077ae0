package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func server(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/missing":
			w.WriteHeader(404)
		case "/moved":
			http.Redirect(w, r, "/hello", http.StatusFound)
		default:
			fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.Header.Get("X-Name"), body)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func runWget(args ...string) (int, string, string) {
	var stdout, stderr bytes.Buffer
	code := wget(args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestAllSpellingsOfQuietToStdout(t *testing.T) {
	url := server(t)
	host := strings.TrimPrefix(url, "http://")
	for _, options := range [][]string{{"-qO-"}, {"-q", "-O-"}, {"-q", "-O", "-"}, {"-qO", "-", "-T", "2"}, {"--quiet", "--output-document=-", "--timeout=2"}, {"-T2", "-t", "1", "-q", "-O", "-"}} {
		code, stdout, stderr := runWget(append(options, host+"/hello")...)
		if code != 0 || stdout != "GET "+host+"  " || stderr != "" {
			t.Errorf("%v: %d %q %q", options, code, stdout, stderr)
		}
	}
}

func TestAURLInTheQueryIsNoScheme(t *testing.T) {
	host := strings.TrimPrefix(server(t), "http://")
	if code, _, stderr := runWget("-qO-", host+"/?url=http://web/"); code != 0 {
		t.Errorf("%d %q", code, stderr)
	}
}

func TestTheURLMayComeFirst(t *testing.T) {
	if code, stdout, _ := runWget(server(t), "-q", "-O-"); code != 0 || stdout == "" {
		t.Errorf("%d %q", code, stdout)
	}
}

func TestHeadersAndData(t *testing.T) {
	code, stdout, _ := runWget("-qO-", "--header", "Host: shop.local", "--header=X-Name: ali", "--post-data", "a=1", server(t))
	if code != 0 || stdout != "POST shop.local ali a=1" {
		t.Errorf("%d %q", code, stdout)
	}
}

func TestItTellsWhereItConnectsAndWhatItSaves(t *testing.T) {
	url := server(t)
	host := strings.TrimPrefix(url, "http://")
	t.Chdir(t.TempDir())
	code, _, stderr := runWget(url + "/moved")
	want := fmt.Sprintf("Connecting to %s (%s)\nConnecting to %s (%s)\nsaving to 'moved'\n'moved' saved\n", host, host, host, host)
	if code != 0 || stderr != want {
		t.Errorf("%d %q", code, stderr)
	}
	if content, _ := os.ReadFile("moved"); !strings.HasPrefix(string(content), "GET ") {
		t.Errorf("%q", content)
	}
	if code, _, stderr = runWget("-q", url+"/moved"); code != 1 || stderr != "wget: can't open 'moved': file exists\n" {
		t.Errorf("%d %q", code, stderr)
	}
	if code, _, _ = runWget("-q", "-P", t.TempDir(), url); code != 0 {
		t.Errorf("%d", code)
	}
	path := filepath.Join(t.TempDir(), "page")
	if code, _, _ = runWget("-q", "-O", path, url); code != 0 {
		t.Errorf("%d", code)
	}
}

func TestSpiderOnlyLooks(t *testing.T) {
	url := server(t)
	if code, stdout, stderr := runWget("-q", "--spider", url); code != 0 || stdout+stderr != "" {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
	if code, _, stderr := runWget("--spider", "-S", url+"/missing"); code != 1 || !strings.HasSuffix(stderr, "wget: server returned error: HTTP/1.1 404 Not Found\n") {
		t.Errorf("%d %q", code, stderr)
	}
}

func TestFailuresInBusyboxsWords(t *testing.T) {
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	address := closed.Addr().String()
	closed.Close()
	silent, _ := net.Listen("tcp", "127.0.0.1:0")
	defer silent.Close()
	hangsUp, _ := net.Listen("tcp", "127.0.0.1:0")
	defer hangsUp.Close()
	go func() {
		for {
			connection, err := hangsUp.Accept()
			if err != nil {
				return
			}
			connection.Read(make([]byte, 4096))
			connection.Close()
		}
	}()
	for target, want := range map[string]string{
		address:                   "wget: can't connect to remote host (127.0.0.1): Connection refused\n",
		silent.Addr().String():    "wget: download timed out\n",
		hangsUp.Addr().String():   "wget: error getting response: Connection closed\n",
		"not..a-name":             "wget: bad address 'not..a-name'\n",
		"ftp://127.0.0.1/file":    "wget: not an http url: ftp://127.0.0.1/file\n",
		server(t) + "/missing":    "wget: server returned error: HTTP/1.1 404 Not Found\n",
		"http://[bad":             "wget: bad address 'http://[bad'\n",
		"https://" + address + "": "wget: can't connect to remote host (127.0.0.1): Connection refused\n",
	} {
		if code, stdout, stderr := runWget("-q", "-O-", "-T", "0.5", target); code != 1 || stdout != "" || stderr != want {
			t.Errorf("%s: %d %q %q", target, code, stdout, stderr)
		}
	}
}

func TestUnknownOptionsAreRefused(t *testing.T) {
	for argument, want := range map[string]string{
		"--mirror": "wget: unrecognized option '--mirror'\n",
		"-Z":       "wget: invalid option -- 'Z'\n",
		"-O":       "wget: option requires an argument -- 'O'\n",
	} {
		if code, _, stderr := runWget(argument); code != 1 || !strings.HasPrefix(stderr, want) {
			t.Errorf("%s: %d %q", argument, code, stderr)
		}
	}
}
