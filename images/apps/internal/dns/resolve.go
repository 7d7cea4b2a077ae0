package dns

import (
	"context"
	"net/netip"
	"slices"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is what a name came to after the search list was followed.
type Answer struct {
	// RCode of the name that was found, else NXDOMAIN, or the failure that ended the search.
	RCode string
	// Name is the absolute name that had an answer; "" when none had.
	Name      string
	Addresses []netip.Addr // sorted
	CNAME     string       // the first one, without its final dot
	Tried     []string
}

// Resolve does what the resolver of a Pod does: it tries one name of the search list after the other until one has records.
// An error says that the server could not be asked; whatever the server says is an Answer.
func Resolve(ctx context.Context, config Config, name string, kind dnsmessage.Type) (Answer, error) {
	answer := Answer{RCode: "NXDOMAIN"}
	for _, candidate := range Candidates(name, config.Search, config.Ndots) {
		answer.Tried = append(answer.Tried, candidate)
		reply, err := Query(ctx, config.Server, candidate, kind)
		if err != nil {
			answer.RCode = ""
			return answer, err
		}
		answer.take(reply)
		if len(answer.Addresses) > 0 || answer.CNAME != "" {
			answer.RCode, answer.Name = reply.RCode, candidate
			return answer, nil
		}
		switch reply.RCode {
		case "NXDOMAIN":
		case "NOERROR": // the name exists, without a record of this type
			answer.RCode = reply.RCode
		default:
			answer.RCode = reply.RCode
			return answer, nil
		}
	}
	return answer, nil
}

func (a *Answer) take(reply Reply) {
	for _, record := range reply.Records {
		if address, ok := Address(record); ok {
			a.Addresses = append(a.Addresses, address)
		}
		if target, ok := Canonical(record); ok && a.CNAME == "" {
			a.CNAME = target
		}
	}
	slices.SortFunc(a.Addresses, netip.Addr.Compare)
}
