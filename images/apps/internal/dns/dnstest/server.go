// Package dnstest is a small DNS server on loopback for tests.
package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone maps a name (without final dot) to its records: an IPv4 address, or `=name` for a CNAME.
// A name that is absent is NXDOMAIN; the value `!` makes it SERVFAIL, `~` cuts the UDP answer so that the client must come by TCP.
type Zone map[string][]string

// Start serves the zone until the test ends and returns address:port.
func Start(t testing.TB, zone Zone) string {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcp.Close(); udp.Close() })
	go func() {
		packet := make([]byte, 4096)
		for {
			n, from, err := udp.ReadFrom(packet)
			if err != nil {
				return
			}
			udp.WriteTo(zone.answer(packet[:n], true), from)
		}
	}()
	go func() {
		for {
			connection, err := tcp.Accept()
			if err != nil {
				return
			}
			var length uint16
			binary.Read(connection, binary.BigEndian, &length)
			packet := make([]byte, length)
			io.ReadFull(connection, packet)
			reply := zone.answer(packet, false)
			connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			connection.Close()
		}
	}()
	return udp.LocalAddr().String()
}

func (z Zone) answer(packet []byte, udp bool) []byte {
	var message dnsmessage.Message
	if err := message.Unpack(packet); err != nil || len(message.Questions) != 1 {
		return nil
	}
	question := message.Questions[0]
	message.Response = true
	records, found := z[strings.TrimSuffix(question.Name.String(), ".")]
	if !found {
		message.RCode = dnsmessage.RCodeNameError
	}
	for _, record := range records {
		header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 30}
		target, isAlias := strings.CutPrefix(record, "=")
		switch {
		case record == "!":
			message.RCode = dnsmessage.RCodeServerFailure
		case record == "~":
			message.Truncated = udp
		case isAlias:
			message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(target + ".")}})
		case question.Type == dnsmessage.TypeA:
			message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte(net.ParseIP(record).To4())}})
		}
	}
	if message.Truncated {
		message.Answers = nil
	}
	reply, _ := message.Pack()
	return reply
}
