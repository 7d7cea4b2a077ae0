package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPeopleAreNumberedFromOne(t *testing.T) {
	app := handler()
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/hello", 200, "Hello world!"},
		{"/instructor/1", 200, `{"firstName":"Muhammad Ali","lastName":"Kahoot"}`},
		{"/instructor/2", 200, `{"firstName":"Hasnain","lastName":"Zaib"}`},
		{"/instructor/3", 500, "list index out of range"},
		{"/instructor/0", 500, "list index out of range"},
		{"/instructor/x", 500, "list index out of range"},
		{"/instructors", 200, `[{"firstName":"Muhammad Ali","lastName":"Kahoot"},{"firstName":"Hasnain","lastName":"Zaib"}]`},
		{"/student/3", 200, `{"firstName":"Mei","lastName":"Tanaka"}`},
		{"/", 404, "404 page not found"},
	} {
		answer := httptest.NewRecorder()
		app.ServeHTTP(answer, httptest.NewRequest("GET", c.path, nil))
		if answer.Code != c.status || strings.TrimSpace(answer.Body.String()) != c.body {
			t.Errorf("%s: %d %q", c.path, answer.Code, answer.Body)
		}
	}
}
