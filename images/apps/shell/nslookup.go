package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"kubedrill.local/apps/internal/dns"
)

const nslookupUsage = `Usage: nslookup [-type=QUERY_TYPE] [-port=PORT] HOST [DNS_SERVER]

Query DNS about HOST

QUERY_TYPE: soa,ns,a,aaaa,cname,mx,txt,srv,ptr
`

// lookup is one nslookup run after its arguments were read.
type lookup struct {
	config dns.Config
	types  []string
	stdout io.Writer
	stderr io.Writer
}

// nslookup is busybox's nslookup, except that it follows the search list as every other program of a Pod does:
// suffix after suffix, ndots obeyed, until a name has records. Exit codes: 0 found, 1 anything else.
func nslookup(args []string, resolvConf string, stdout, stderr io.Writer) int {
	query, host, server, err := nslookupArguments(args)
	if err != nil {
		fmt.Fprintf(stderr, "nslookup: %v\n%s", err, nslookupUsage)
		return 1
	}
	config, err := dns.ReadConfig(resolvConf)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(stderr, "nslookup: %v\n", err)
		return 1
	}
	if server != "" {
		config.Server = server
	}
	name, _, _ := net.SplitHostPort(config.Server)
	fmt.Fprintf(stdout, "Server:\t\t%s\nAddress:\t%s\n\n", name, config.Server)
	l := lookup{config: config, types: query, stdout: stdout, stderr: stderr}
	return l.run(host)
}

func nslookupArguments(args []string) (types []string, host, server string, err error) {
	port := "53"
	var rest []string
	for _, argument := range args {
		option, value, _ := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		switch {
		case !strings.HasPrefix(argument, "-"):
			rest = append(rest, argument)
		case option == "type" || option == "querytype" || option == "query" || option == "q":
			kind := strings.ToUpper(value)
			if _, known := dns.Types[kind]; !known {
				return nil, "", "", fmt.Errorf("invalid query type \"%s\"", value)
			}
			types = append(types, kind)
		case option == "port" || option == "p":
			port = value
		case option == "debug":
		default:
			return nil, "", "", fmt.Errorf("unrecognized option '%s'", argument)
		}
	}
	if len(rest) == 0 || len(rest) > 2 {
		return nil, "", "", errors.New("expected HOST [DNS_SERVER]")
	}
	if len(rest) == 2 {
		addresses, err := net.LookupHost(rest[1])
		if err != nil {
			return nil, "", "", fmt.Errorf("bad address '%s'", rest[1])
		}
		server = net.JoinHostPort(addresses[0], port)
	}
	return types, rest[0], server, nil
}

func (l lookup) run(host string) int {
	candidates := dns.Candidates(host, l.config.Search, l.config.Ndots)
	if address, err := netip.ParseAddr(host); err == nil && len(l.types) == 0 {
		candidates, l.types = []string{reverseName(address)}, []string{"PTR"}
	}
	if len(l.types) == 0 {
		l.types = []string{"A", "AAAA"}
	}
	for _, candidate := range candidates {
		found, err := l.try(candidate)
		if err != nil {
			l.explain(err)
			return 1
		}
		if found {
			return 0
		}
	}
	return 1
}

// try asks for every type of one name and prints what there is, else why there is nothing.
func (l lookup) try(name string) (bool, error) {
	var lines []string
	rcode := ""
	for _, kind := range l.types {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		reply, err := dns.Query(ctx, l.config.Server, name, dns.Types[kind])
		cancel()
		if err != nil {
			return false, err
		}
		for _, record := range reply.Records {
			if line := describe(record); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		if rcode == "" || rcode == "NOERROR" {
			rcode = reply.RCode
		}
	}
	switch {
	case len(lines) > 0:
		fmt.Fprintf(l.stdout, "%s\n\n", strings.Join(lines, "\n"))
		return true, nil
	case rcode == "NOERROR":
		fmt.Fprintf(l.stdout, "*** Can't find %s: No answer\n\n", name)
	default:
		fmt.Fprintf(l.stdout, "** server can't find %s: %s\n\n", name, rcode)
	}
	return false, nil
}

func (l lookup) explain(err error) {
	if errors.Is(err, syscall.ECONNREFUSED) {
		host, _, _ := net.SplitHostPort(l.config.Server)
		fmt.Fprintf(l.stderr, "nslookup: read from '%s': Connection refused\n", host)
	}
	if strings.HasSuffix(err.Error(), "is not a DNS name") {
		fmt.Fprintf(l.stderr, "nslookup: %v\n", err)
		return
	}
	fmt.Fprint(l.stdout, ";; connection timed out; no servers could be reached\n\n")
}

func describe(record dnsmessage.Resource) string {
	name := strings.TrimSuffix(record.Header.Name.String(), ".")
	if address, ok := dns.Address(record); ok {
		return fmt.Sprintf("Name:\t%s\nAddress: %s", name, address)
	}
	plain := func(n dnsmessage.Name) string { return strings.TrimSuffix(n.String(), ".") }
	switch body := record.Body.(type) {
	case *dnsmessage.CNAMEResource:
		return fmt.Sprintf("%s\tcanonical name = %s", name, plain(body.CNAME))
	case *dnsmessage.PTRResource:
		return fmt.Sprintf("%s\tname = %s", name, plain(body.PTR))
	case *dnsmessage.NSResource:
		return fmt.Sprintf("%s\tnameserver = %s", name, plain(body.NS))
	case *dnsmessage.SRVResource:
		return fmt.Sprintf("%s\tservice = %d %d %d %s", name, body.Priority, body.Weight, body.Port, plain(body.Target))
	case *dnsmessage.MXResource:
		return fmt.Sprintf("%s\tmail exchanger = %d %s", name, body.Pref, plain(body.MX))
	case *dnsmessage.TXTResource:
		return fmt.Sprintf("%s\ttext = %q", name, strings.Join(body.TXT, ""))
	case *dnsmessage.SOAResource:
		return fmt.Sprintf("%s\n\torigin = %s\n\tmail addr = %s\n\tserial = %d", name, plain(body.NS), plain(body.MBox), body.Serial)
	}
	return fmt.Sprintf("%s\t%s", name, record.Header.Type)
}

func reverseName(address netip.Addr) string {
	bytes := address.Unmap().AsSlice()
	var labels []string
	for _, b := range slices.Backward(bytes) {
		if len(bytes) == 4 {
			labels = append(labels, fmt.Sprint(b))
		} else {
			labels = append(labels, fmt.Sprintf("%x.%x", b&15, b>>4))
		}
	}
	zone := "in-addr.arpa"
	if len(bytes) == 16 {
		zone = "ip6.arpa"
	}
	return strings.Join(labels, ".") + "." + zone
}
