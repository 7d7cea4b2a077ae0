package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kubedrill.local/apps/internal/failure"
)

const (
	maxInFlight = 2000
	maxBody     = 64 << 10
	shownBody   = 80
)

// config is the environment: TARGET (a URL or host[:port][/path]), RATE (requests per second, default 10),
// TIMEOUT_MS (of one request, default 2000), NAME (repeated in the statistics).
type config struct {
	name    string
	target  string
	rate    float64
	timeout time.Duration
}

func readConfig(getenv func(string) string) (config, error) {
	c := config{name: getenv("NAME"), target: getenv("TARGET"), rate: 10, timeout: 2 * time.Second}
	if c.target == "" {
		return c, fmt.Errorf("TARGET is not set, expected a URL such as http://web/")
	}
	if !strings.Contains(c.target, "://") {
		c.target = "http://" + c.target
	}
	if target, err := url.Parse(c.target); err != nil || target.Scheme != "http" || target.Host == "" {
		return c, fmt.Errorf("TARGET is %q, expected a URL such as http://web/", c.target)
	}
	if text := getenv("RATE"); text != "" {
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil || !(rate >= 0.1 && rate <= 500) {
			return c, fmt.Errorf("RATE is %q, expected requests per second from 0.1 to 500", text)
		}
		c.rate = rate
	}
	if text := getenv("TIMEOUT_MS"); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms < 10 || ms > 60_000 {
			return c, fmt.Errorf("TIMEOUT_MS is %q, expected milliseconds from 10 to 60000", text)
		}
		c.timeout = time.Duration(ms) * time.Millisecond
	}
	return c, nil
}

// run starts requests at an even pace, whether or not earlier ones were answered, until ctx ends; those under way are finished.
func (c config) run(ctx context.Context, record *record) {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	pace := time.NewTicker(time.Duration(float64(time.Second) / c.rate))
	defer pace.Stop()
	places := make(chan struct{}, maxInFlight)
	for {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		select {
		case places <- struct{}{}:
			begin := record.begin()
			go func() {
				record.end(begin, c.request(context.WithoutCancel(ctx), transport))
				<-places
			}()
		default:
			record.skip()
		}
	}
}

// outcome of a request: body of an answer, or the class of its failure.
type outcome struct {
	status int
	body   string
	err    string
}

func (o outcome) ok() bool { return o.err == "" }

func (c config) request(ctx context.Context, transport *http.Transport) outcome {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.target, nil)
	if err != nil {
		return outcome{err: failure.Other}
	}
	request.Header.Set("User-Agent", "kubedrill-traffic")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return outcome{err: failure.Kind(err)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return outcome{status: response.StatusCode, err: failure.Kind(err)}
	}
	if response.StatusCode >= 400 {
		return outcome{status: response.StatusCode, err: fmt.Sprintf("status %d", response.StatusCode)}
	}
	text := strings.ToValidUTF8(string(body[:min(len(body), shownBody)]), "")
	return outcome{status: response.StatusCode, body: strings.TrimSpace(text)}
}
