package main

import (
	"net/http/httptest"
	"testing"
)

func TestEveryEndpoint(t *testing.T) {
	app := handler()
	for _, c := range []struct{ path, body string }{
		{"/", "No Endpoint "}, {"/other", "No Endpoint "}, {"/hello", "Hello, you've requested: /hello"}, {"/count", "1"}, {"/count", "2"}, {"/health", "ok"},
	} {
		answer := httptest.NewRecorder()
		app.ServeHTTP(answer, httptest.NewRequest("GET", c.path, nil))
		if answer.Code != 200 || answer.Body.String() != c.body {
			t.Errorf("%s: %d %q", c.path, answer.Code, answer.Body)
		}
	}
}
