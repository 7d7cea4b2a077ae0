package main

import (
	"net/http/httptest"
	"testing"
	"time"
)

func TestItIsIllAfterTenSeconds(t *testing.T) {
	for _, c := range []struct {
		age    time.Duration
		status int
		body   string
	}{{0, 200, "ok\n"}, {10 * time.Second, 200, "ok\n"}, {12500 * time.Millisecond, 500, "error: 12.5\n"}} {
		answer := httptest.NewRecorder()
		handler(func() time.Duration { return c.age }).ServeHTTP(answer, httptest.NewRequest("GET", "/healthz", nil))
		if answer.Code != c.status || answer.Body.String() != c.body {
			t.Errorf("%v: %d %q", c.age, answer.Code, answer.Body)
		}
	}
}
