package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func steps(t *testing.T, c *counter, n int) int64 {
	t.Helper()
	var last int64
	for range n {
		var err error
		if last, err = c.step(); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func opened(t *testing.T, path string) *counter {
	t.Helper()
	c, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWithoutAFileItStartsAtOneAndMakesTheFolder(t *testing.T) {
	c := opened(t, filepath.Join(t.TempDir(), "app", "counter.txt"))
	if got := steps(t, c, 1); got != 1 {
		t.Errorf("%d", got)
	}
}

func TestASuccessorTakesUpTheCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter.txt")
	steps(t, opened(t, path), 11)
	if got := steps(t, opened(t, path), 1); got != 12 {
		t.Errorf("%d", got)
	}
}

func TestTwoCountersOnOneFileLoseCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter.txt")
	first := opened(t, path)
	steps(t, first, 8)
	second := opened(t, path)
	steps(t, first, 4)  // 12
	steps(t, second, 1) // 9, shorter than 12
	if got := steps(t, opened(t, path), 1); got != 10 {
		t.Errorf("%d", got)
	}
}

func TestAFileWithoutANumberIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter.txt")
	os.WriteFile(path, []byte("many\n"), 0o644)
	if _, err := open(path); err == nil || err.Error() != path+` holds "many", expected a number` {
		t.Errorf("%v", err)
	}
}

func TestItAnswersTheCurrentNumber(t *testing.T) {
	c := opened(t, filepath.Join(t.TempDir(), "counter.txt"))
	steps(t, c, 3)
	answer := httptest.NewRecorder()
	c.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	if answer.Body.String() != "3\n" {
		t.Errorf("%q", answer.Body)
	}
}
