// Package dns asks a DNS server itself: one question, one answer, no cache, no resolver in between.
package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	attempts       = 2
	attemptTimeout = 2 * time.Second
	maxUDP         = 4096
)

// Types of question that the apps ask, by the names that people type.
var Types = map[string]dnsmessage.Type{
	"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME, "PTR": dnsmessage.TypePTR,
	"SRV": dnsmessage.TypeSRV, "TXT": dnsmessage.TypeTXT, "NS": dnsmessage.TypeNS, "SOA": dnsmessage.TypeSOA, "MX": dnsmessage.TypeMX,
}

// Reply is what a server said. Records are those of the answer section, in its order.
type Reply struct {
	RCode   string // NOERROR, NXDOMAIN, SERVFAIL, ...
	Records []dnsmessage.Resource
}

var rcodes = map[dnsmessage.RCode]string{
	dnsmessage.RCodeSuccess: "NOERROR", dnsmessage.RCodeFormatError: "FORMERR", dnsmessage.RCodeServerFailure: "SERVFAIL",
	dnsmessage.RCodeNameError: "NXDOMAIN", dnsmessage.RCodeNotImplemented: "NOTIMP", dnsmessage.RCodeRefused: "REFUSED",
}

// Query asks `server` (address:port) for one name, which is taken as absolute. It tries twice over UDP, and over TCP when the answer was cut.
func Query(ctx context.Context, server, name string, kind dnsmessage.Type) (Reply, error) {
	question, err := newQuestion(name, kind)
	if err != nil {
		return Reply{}, err
	}
	for attempt := 1; ; attempt++ {
		message, err := exchange(ctx, "udp", server, question)
		if err == nil && message.Truncated {
			message, err = exchange(ctx, "tcp", server, question)
		}
		if err == nil {
			return Reply{RCode: rcodeName(message.RCode), Records: message.Answers}, nil
		}
		if attempt == attempts || ctx.Err() != nil {
			return Reply{}, err
		}
	}
}

func rcodeName(code dnsmessage.RCode) string {
	if name, known := rcodes[code]; known {
		return name
	}
	return fmt.Sprintf("RCODE%d", code)
}

func newQuestion(name string, kind dnsmessage.Type) (dnsmessage.Question, error) {
	for _, label := range strings.Split(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 {
			return dnsmessage.Question{}, fmt.Errorf("%q is not a DNS name", name)
		}
	}
	absolute, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return dnsmessage.Question{}, fmt.Errorf("%q is not a DNS name: %w", name, err)
	}
	return dnsmessage.Question{Name: absolute, Type: kind, Class: dnsmessage.ClassINET}, nil
}

func exchange(ctx context.Context, network, server string, question dnsmessage.Question) (dnsmessage.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	connection, err := (&net.Dialer{}).DialContext(ctx, network, server)
	if err != nil {
		return dnsmessage.Message{}, err
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	query := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: uint16(rand.Uint32()), RecursionDesired: true},
		Questions: []dnsmessage.Question{question},
	}
	packet, err := query.Pack()
	if err != nil {
		return dnsmessage.Message{}, err
	}
	if err := send(connection, network, packet); err != nil {
		return dnsmessage.Message{}, err
	}
	for {
		packet, err := receive(connection, network)
		if err != nil {
			return dnsmessage.Message{}, err
		}
		message, err := parse(packet)
		if err == nil && message.ID == query.ID && message.Response && answers(message, question) {
			return message, nil
		}
		if network == "tcp" {
			return dnsmessage.Message{}, errors.New("the DNS server answered something else")
		}
		// A datagram from somebody else, or of an earlier question: the right one may still come.
	}
}

// parse reads the header, the question and the answer section: the rest may be malformed for all we care.
func parse(packet []byte) (dnsmessage.Message, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(packet)
	if err != nil {
		return dnsmessage.Message{}, err
	}
	message := dnsmessage.Message{Header: header}
	if message.Questions, err = parser.AllQuestions(); err != nil {
		return dnsmessage.Message{}, err
	}
	if header.Truncated {
		return message, nil
	}
	message.Answers, err = parser.AllAnswers()
	return message, err
}

func answers(message dnsmessage.Message, question dnsmessage.Question) bool {
	return len(message.Questions) == 1 && message.Questions[0].Type == question.Type &&
		strings.EqualFold(message.Questions[0].Name.String(), question.Name.String())
}

func send(connection net.Conn, network string, packet []byte) error {
	if network == "tcp" {
		packet = append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
	}
	_, err := connection.Write(packet)
	return err
}

func receive(connection net.Conn, network string) ([]byte, error) {
	if network == "tcp" {
		var length uint16
		if err := binary.Read(connection, binary.BigEndian, &length); err != nil {
			return nil, err
		}
		packet := make([]byte, length)
		_, err := io.ReadFull(connection, packet)
		return packet, err
	}
	packet := make([]byte, maxUDP)
	n, err := connection.Read(packet)
	return packet[:n], err
}

// Address is the IP of an A or AAAA record.
func Address(record dnsmessage.Resource) (netip.Addr, bool) {
	switch body := record.Body.(type) {
	case *dnsmessage.AResource:
		return netip.AddrFrom4(body.A), true
	case *dnsmessage.AAAAResource:
		return netip.AddrFrom16(body.AAAA), true
	}
	return netip.Addr{}, false
}

// Canonical is the target of a CNAME record.
func Canonical(record dnsmessage.Resource) (string, bool) {
	if body, ok := record.Body.(*dnsmessage.CNAMEResource); ok {
		return strings.TrimSuffix(body.CNAME.String(), "."), true
	}
	return "", false
}
