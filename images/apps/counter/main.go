// Counter counts the seconds of its life and keeps the number in a file, carelessly: it reads the file once, at its start, and
// overwrites it from then on, so that several counters on one file lose each other's counts.
//
// Its log is the count and nothing else: the first line says where it took up.
package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const path = "/app/counter.txt"

func main() {
	c, err := open(path)
	if err != nil {
		serve.Fail("%v", err)
	}
	serve.Run(serve.App{
		Name: "counter", Version: version, Port: 8080, Silent: true, Handler: c,
		Listening: func() { go c.run() },
	})
}

type counter struct {
	number atomic.Int64
	file   *os.File
}

func open(path string) (*counter, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	c := &counter{}
	if first, _, _ := strings.Cut(string(text), "\n"); first != "" {
		number, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s holds %q, expected a number", path, first)
		}
		c.number.Store(number)
	}
	c.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	return c, err
}

func (c *counter) run() {
	for ; ; time.Sleep(time.Second) {
		number, err := c.step()
		if err != nil {
			serve.Fail("%v", err)
		}
		fmt.Println(number)
	}
}

// step writes in place and in one go: a counter that dies in between must not leave an empty file.
func (c *counter) step() (int64, error) {
	number := c.number.Add(1)
	_, err := c.file.WriteAt(fmt.Appendln(nil, number), 0)
	return number, err
}

func (c *counter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, c.number.Load())
}
