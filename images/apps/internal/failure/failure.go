// Package failure names the ways in which a request may get no answer.
package failure

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// The kinds are data: graders and traffic statistics compare them.
const (
	Refused  = "refused"  // somebody answered "closed"
	Timeout  = "timeout"  // nobody answered
	NXDomain = "nxdomain" // there is no such name
	Reset    = "reset"    // the connection was cut hard
	EOF      = "eof"      // the connection was closed without an answer
	Other    = "other"
)

// Kind says how a request failed; "" when it did not.
func Kind(err error) string {
	if err == nil {
		return ""
	}
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &name):
		return nameKind(name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return Timeout
	case errors.As(err, &network) && network.Timeout():
		return Timeout
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Reset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return EOF
	// net/http reports a connection closed before the answer by text only.
	case strings.Contains(err.Error(), "server closed idle connection"):
		return EOF
	}
	return Other
}

// A DNS server that refuses is not a Service that refuses: it stays "other".
func nameKind(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return NXDomain
	case err.IsTimeout:
		return Timeout
	}
	return Other
}
