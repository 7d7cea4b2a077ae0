package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// window is a stretch of time in milliseconds since 1970, both ends included.
type window struct{ since, until int64 }

// readWindow cuts what was asked for to the time in which there was traffic at all.
func readWindow(query url.Values, started, now time.Time) (window, error) {
	w := window{started.UnixMilli(), now.UnixMilli()}
	for name, edge := range map[string]*int64{"since": &w.since, "until": &w.until} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return w, fmt.Errorf("%s is %q, expected milliseconds since 1970", name, text)
		}
		*edge = ms
	}
	w.since = max(w.since, started.UnixMilli())
	w.until = min(w.until, now.UnixMilli())
	w.until = max(w.until, w.since)
	return w, nil
}

// stats of the requests that started and ended inside a window.
type stats struct {
	Name    string `json:"name"`
	Now     int64  `json:"now"`
	Started int64  `json:"started"`
	Since   int64  `json:"since"`
	Until   int64  `json:"until"`
	// Complete is false when the oldest samples of the window are forgotten already.
	Complete bool `json:"complete"`
	Sent     int  `json:"sent"`
	OK       int  `json:"ok"`
	Failed   int  `json:"failed"`
	InFlight int  `json:"inflight"`
	Skipped  int  `json:"skipped"`
	// LongestGapMs is the longest time without a successful answer, the edges of the window counted as answers.
	LongestGapMs int64          `json:"longestGapMs"`
	ByBody       map[string]int `json:"byBody"`
	ByError      map[string]int `json:"byError"`
	PerSecond    []second       `json:"perSecond"`
}

type second struct {
	T      int64 `json:"t"` // its first millisecond
	Sent   int   `json:"sent"`
	Failed int   `json:"failed"`
}

func (r *record) stats(w window, now time.Time) stats {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	s := stats{
		Name: r.name, Now: now.UnixMilli(), Started: r.started.UnixMilli(), Since: w.since, Until: w.until, Complete: r.lost < w.since,
		InFlight: r.inFlight, Skipped: r.skipped, ByBody: map[string]int{}, ByError: map[string]int{},
	}
	seconds := perSecond{}
	lastAnswer := w.since
	r.within(w, func(one sample) {
		s.Sent++
		seconds.add(one)
		if !one.ok() {
			s.Failed++
			s.ByError[r.texts[one.err]]++
			return
		}
		s.OK++
		s.ByBody[r.texts[one.body]]++
		s.LongestGapMs = max(s.LongestGapMs, one.end-lastAnswer)
		lastAnswer = max(lastAnswer, one.end)
	})
	s.LongestGapMs = max(s.LongestGapMs, w.until-lastAnswer)
	s.PerSecond = seconds.list()
	return s
}

// perSecond counts by the second in which a request started; silent seconds are left out.
type perSecond map[int64]*second

func (p perSecond) add(s sample) {
	t := s.start - s.start%1000
	if p[t] == nil {
		p[t] = &second{T: t}
	}
	p[t].Sent++
	if !s.ok() {
		p[t].Failed++
	}
}

func (p perSecond) list() []second {
	all := make([]second, 0, len(p))
	for _, t := range slices.Sorted(maps.Keys(p)) {
		all = append(all, *p[t])
	}
	return all
}

type sampleLine struct {
	Start  int64   `json:"start"`
	MS     float32 `json:"ms"`
	OK     bool    `json:"ok"`
	Status int16   `json:"status"`
	Body   string  `json:"body,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func (r *record) writeSamples(w http.ResponseWriter, in window) {
	r.mutex.Lock()
	var found []sample
	r.within(in, func(s sample) { found = append(found, s) })
	texts := r.texts[:len(r.texts):len(r.texts)]
	r.mutex.Unlock()

	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := json.NewEncoder(w)
	for _, s := range found {
		line := sampleLine{Start: s.start, MS: s.latency, OK: s.ok(), Status: s.status}
		if s.ok() {
			line.Body = texts[s.body]
		} else {
			line.Error = texts[s.err]
		}
		if lines.Encode(line) != nil {
			return
		}
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
