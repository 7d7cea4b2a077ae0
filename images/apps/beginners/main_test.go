package main

import (
	"bytes"
	"log"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"
)

func TestEveryPathGreetsAndIsLogged(t *testing.T) {
	var lines bytes.Buffer
	log.SetOutput(&lines)
	defer log.SetOutput(os.Stderr)
	for _, path := range []string{"/", "/api/x"} {
		answer := httptest.NewRecorder()
		greet(answer, httptest.NewRequest("GET", path, nil))
		if answer.Code != 200 || answer.Body.String() != "Hello Kubernetes Beginners!\n" {
			t.Errorf("%s: %d %q", path, answer.Code, answer.Body)
		}
	}
	if !regexp.MustCompile(`^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d Ping from 192\.0\.2\.1:1234\n){2}$`).Match(lines.Bytes()) {
		t.Errorf("log %q", lines.String())
	}
}
