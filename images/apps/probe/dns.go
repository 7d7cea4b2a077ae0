package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"kubedrill.local/apps/internal/dns"
	"kubedrill.local/apps/internal/failure"
)

// dnsAnswer has rcode "" and an error when the DNS server could not be asked.
type dnsAnswer struct {
	RCode     string       `json:"rcode"`
	Name      string       `json:"name,omitempty"`
	Answers   []netip.Addr `json:"answers"`
	CNAME     string       `json:"cname,omitempty"`
	Tried     []string     `json:"tried"`
	Error     string       `json:"error,omitempty"`
	ErrorKind string       `json:"errorKind,omitempty"`
}

// answerDNS resolves a name as a Pod with that search list would.
func answerDNS(r *http.Request, server string) (any, error) {
	query := r.URL.Query()
	name := query.Get("name")
	if name == "" || len(name) > 253 {
		return nil, fmt.Errorf("name is %q, expected a DNS name", name)
	}
	kind := query.Get("type")
	if kind == "" {
		kind = "A"
	}
	if kind != "A" && kind != "CNAME" {
		return nil, fmt.Errorf("type is %q, expected A or CNAME", kind)
	}
	ndots, err := number(query, "ndots", 5, 0, 15)
	if err != nil {
		return nil, err
	}
	search := strings.FieldsFunc(query.Get("search"), func(c rune) bool { return c == ',' || c == ' ' })
	if len(search) > 32 {
		return nil, fmt.Errorf("search has %d domains, expected at most 32", len(search))
	}
	config := dns.Config{Server: server, Search: search, Ndots: ndots}
	found, err := dns.Resolve(r.Context(), config, name, dns.Types[kind])
	answer := dnsAnswer{RCode: found.RCode, Name: found.Name, Answers: found.Addresses, CNAME: found.CNAME, Tried: found.Tried}
	if answer.Answers == nil {
		answer.Answers = []netip.Addr{}
	}
	if err != nil {
		answer.Error, answer.ErrorKind = err.Error(), failure.Kind(err)
	}
	return answer, nil
}
