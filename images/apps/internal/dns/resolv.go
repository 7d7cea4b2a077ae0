package dns

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Config is what a resolver reads from resolv.conf(5).
type Config struct {
	Server string // address:port of the first nameserver
	Search []string
	Ndots  int
}

// ReadConfig reads a resolv.conf. Without a nameserver it is 127.0.0.1, as the manual page says.
func ReadConfig(path string) (Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer file.Close()
	config := Config{Server: "127.0.0.1:53", Ndots: 1}
	named := false
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || strings.ContainsAny(fields[0][:1], "#;") {
			continue
		}
		switch fields[0] {
		case "nameserver":
			if !named {
				config.Server, named = net.JoinHostPort(fields[1], "53"), true
			}
		case "search", "domain":
			config.Search = fields[1:]
		case "options":
			for _, option := range fields[1:] {
				if text, found := strings.CutPrefix(option, "ndots:"); found {
					if config.Ndots, err = strconv.Atoi(text); err != nil {
						return Config{}, fmt.Errorf("%s: option %q: %w", path, option, err)
					}
				}
			}
		}
	}
	return config, lines.Err()
}

// Candidates are the absolute names that a resolver tries for `name`, in order: a final dot means "as it is";
// with at least ndots dots the name itself comes first, else last.
func Candidates(name string, search []string, ndots int) []string {
	if absolute, found := strings.CutSuffix(name, "."); found {
		return []string{absolute}
	}
	var names []string
	for _, suffix := range search {
		if suffix = strings.Trim(suffix, "."); suffix != "" {
			names = append(names, name+"."+suffix)
		}
	}
	if strings.Count(name, ".") >= ndots {
		return append([]string{name}, names...)
	}
	return append(names, name)
}
