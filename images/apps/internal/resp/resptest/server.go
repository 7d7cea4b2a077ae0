// Package resptest is a Redis server on loopback that counts, for tests.
package resptest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Start serves AUTH, ECHO and INCR until the test ends and returns address:port.
func Start(t testing.TB, password string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	counters := &counters{values: map[string]int{}}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go counters.serve(connection, password)
		}
	}()
	return listener.Addr().String()
}

type counters struct {
	mutex  sync.Mutex
	values map[string]int
}

func (c *counters) serve(connection net.Conn, password string) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	allowed := password == ""
	for {
		command, err := read(reader)
		if err != nil {
			return
		}
		switch {
		case command[0] == "AUTH":
			if allowed = command[1] == password; allowed {
				io.WriteString(connection, "+OK\r\n")
			} else {
				io.WriteString(connection, "-WRONGPASS invalid username-password pair or user is disabled.\r\n")
			}
		case !allowed:
			io.WriteString(connection, "-NOAUTH Authentication required.\r\n")
		case command[0] == "INCR":
			c.mutex.Lock()
			c.values[command[1]]++
			fmt.Fprintf(connection, ":%d\r\n", c.values[command[1]])
			c.mutex.Unlock()
		case command[0] == "ECHO":
			fmt.Fprintf(connection, "$%d\r\n%s\r\n", len(command[1]), command[1])
		default:
			fmt.Fprintf(connection, "-ERR unknown command '%s'\r\n", command[0])
		}
	}
}

func read(reader *bufio.Reader) ([]string, error) {
	words, err := length(reader, "*")
	if err != nil {
		return nil, err
	}
	command := make([]string, words)
	for i := range command {
		size, err := length(reader, "$")
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(reader, word); err != nil {
			return nil, err
		}
		command[i] = string(word[:size])
	}
	return command, nil
}

func length(reader *bufio.Reader, prefix string) (int, error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, prefix)))
}
