package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"kubedrill.local/apps/internal/failure"
)

const (
	maxRequests = 500
	maxBody     = 2 << 10
	maxTotal    = 60 * time.Second
)

// shownHeaders are those that a grader may ask about.
var shownHeaders = []string{"Content-Type", "Content-Length", "Location", "Server"}

// httpAnswer is one request's outcome. Status is 0 when there was no HTTP answer; then ErrorKind says in which way.
type httpAnswer struct {
	Status    int               `json:"status"`
	Body      string            `json:"body"`
	Headers   map[string]string `json:"headers,omitempty"`
	MS        float64           `json:"ms"`
	Error     string            `json:"error,omitempty"`
	ErrorKind string            `json:"errorKind,omitempty"`
}

type httpQuestion struct {
	url, host          string
	count, concurrency int
	timeout            time.Duration
}

func readHTTPQuestion(query url.Values) (httpQuestion, error) {
	question := httpQuestion{url: query.Get("url"), host: query.Get("host")}
	target, err := url.Parse(question.url)
	if err != nil || target.Scheme != "http" || target.Host == "" {
		return question, fmt.Errorf("url is %q, expected http://HOST[:PORT]/PATH", question.url)
	}
	if question.count, err = number(query, "count", 1, 1, maxRequests); err != nil {
		return question, err
	}
	if question.concurrency, err = number(query, "concurrency", 5, 1, 50); err != nil {
		return question, err
	}
	ms, err := number(query, "timeoutMs", 2000, 10, 30_000)
	if err != nil {
		return question, err
	}
	question.timeout = time.Duration(ms) * time.Millisecond
	if total := question.longest(); total > maxTotal {
		return question, fmt.Errorf("%d requests, %d at a time, may take %v, expected at most %v", question.count, question.concurrency, total, maxTotal)
	}
	return question, nil
}

// longest is how long it takes when every request times out.
func (q httpQuestion) longest() time.Duration {
	rounds := (q.count + q.concurrency - 1) / q.concurrency
	return time.Duration(rounds) * q.timeout
}

func answerHTTP(r *http.Request) (any, error) {
	question, err := readHTTPQuestion(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return map[string]any{"answers": question.ask(r.Context())}, nil
}

// ask sends the requests, `concurrency` at a time, and returns the answers in the order of their start.
func (q httpQuestion) ask(ctx context.Context) []httpAnswer {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	answers := make([]httpAnswer, q.count)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(q.concurrency, q.count) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				answers[i] = q.request(ctx, transport)
			}
		}()
	}
	for i := range answers {
		next <- i
	}
	close(next)
	workers.Wait()
	return answers
}

// request makes one connection for one request. Redirects are answers like any other.
func (q httpQuestion) request(ctx context.Context, transport *http.Transport) httpAnswer {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	begin := time.Now()
	answer, err := q.roundTrip(ctx, transport)
	if err != nil {
		answer = httpAnswer{Error: err.Error(), ErrorKind: failure.Kind(err)}
	}
	answer.MS = float64(time.Since(begin).Microseconds()) / 1000
	return answer
}

func (q httpQuestion) roundTrip(ctx context.Context, transport *http.Transport) (httpAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, q.url, nil)
	if err != nil {
		return httpAnswer{}, err
	}
	request.Host = q.host // empty: the URL's
	request.Header.Set("User-Agent", "kubedrill-probe")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return httpAnswer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return httpAnswer{}, err
	}
	headers := map[string]string{}
	for _, name := range shownHeaders {
		if value := response.Header.Get(name); value != "" {
			headers[strings.ToLower(name)] = value
		}
	}
	return httpAnswer{Status: response.StatusCode, Body: string(body), Headers: headers}, nil
}
