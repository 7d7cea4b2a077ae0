// Package resp speaks as much of the Redis protocol (RESP2) as a counter needs.
package resp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// Conn is one connection to a Redis server.
type Conn struct {
	network net.Conn
	reader  *bufio.Reader
}

// Dial connects, and authenticates when there is a password. The deadline of ctx bounds the whole life of the connection.
func Dial(ctx context.Context, address, password string) (*Conn, error) {
	network, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, set := ctx.Deadline(); set {
		network.SetDeadline(deadline)
	}
	conn := &Conn{network, bufio.NewReader(network)}
	if password != "" {
		if _, err := conn.Do("AUTH", password); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

func (c *Conn) Close() error { return c.network.Close() }

// Do sends one command and returns its answer as text: a status, a number, or a string ("" when there is none).
func (c *Conn) Do(command ...string) (string, error) {
	var request strings.Builder
	fmt.Fprintf(&request, "*%d\r\n", len(command))
	for _, word := range command {
		fmt.Fprintf(&request, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(c.network, request.String()); err != nil {
		return "", err
	}
	return c.answer()
}

// Int is Do for commands that answer a number.
func (c *Conn) Int(command ...string) (int64, error) {
	text, err := c.Do(command...)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

func (c *Conn) answer() (string, error) {
	line, err := c.reader.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimSuffix(line, "\r\n")
	if line == "" {
		return "", errors.New("redis: empty answer")
	}
	switch rest := line[1:]; line[0] {
	case '+', ':':
		return rest, nil
	case '-':
		return "", errors.New("redis: " + rest)
	case '$':
		length, err := strconv.Atoi(rest)
		if err != nil || length > 1<<20 {
			return "", fmt.Errorf("redis: bad length %q", rest)
		}
		if length < 0 {
			return "", nil
		}
		text := make([]byte, length+2)
		_, err = io.ReadFull(c.reader, text)
		return string(text[:length]), err
	}
	return "", fmt.Errorf("redis: unknown answer %q", line)
}
