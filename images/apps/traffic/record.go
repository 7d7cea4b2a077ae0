package main

import (
	"sync"
	"time"
)

const (
	maxSamples = 200_000
	maxTexts   = 1000
	otherText  = "(other)"
)

// sample is one finished request. Times are milliseconds since 1970; texts are indexes into the record's table.
type sample struct {
	start   int64
	end     int64
	latency float32 // ms
	status  int16
	body    int16 // none when it failed
	err     int16 // none when it succeeded
}

const none = -1

func (s sample) ok() bool { return s.err == none }

// record keeps the latest samples in the order in which they ended.
type record struct {
	mutex    sync.Mutex
	name     string
	started  time.Time
	ring     []sample
	capacity int
	next     int   // where the next sample goes once the ring is full
	lost     int64 // end of the newest sample that was overwritten, 0 while there is none
	inFlight int
	skipped  int // requests not started because too many were in flight
	texts    []string
	indexOf  map[string]int16
}

func newRecord(name string, started time.Time, capacity int) *record {
	return &record{name: name, started: started, capacity: capacity, indexOf: map[string]int16{}}
}

func (r *record) begin() time.Time {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.inFlight++
	return time.Now()
}

func (r *record) skip() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.skipped++
}

func (r *record) end(begin time.Time, o outcome) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.inFlight--
	r.add(begin, time.Since(begin), o)
}

func (r *record) add(begin time.Time, took time.Duration, o outcome) {
	s := sample{
		start: begin.UnixMilli(), end: begin.Add(took).UnixMilli(), latency: float32(took.Microseconds()) / 1000,
		status: int16(o.status), body: none, err: none,
	}
	if o.ok() {
		s.body = r.text(o.body)
	} else {
		s.err = r.text(o.err)
	}
	if len(r.ring) < r.capacity {
		r.ring = append(r.ring, s)
		return
	}
	r.lost = r.ring[r.next].end
	r.ring[r.next] = s
	r.next = (r.next + 1) % r.capacity
}

func (r *record) text(text string) int16 {
	if index, known := r.indexOf[text]; known {
		return index
	}
	if len(r.texts) >= maxTexts && text != otherText {
		return r.text(otherText)
	}
	index := int16(len(r.texts))
	r.texts = append(r.texts, text)
	r.indexOf[text] = index
	return index
}

// within calls `see` for every sample that started and ended inside the window, oldest end first. The caller holds the mutex.
func (r *record) within(w window, see func(sample)) {
	for i := range r.ring {
		s := r.ring[(r.next+i)%len(r.ring)]
		if s.start >= w.since && s.end <= w.until {
			see(s)
		}
	}
}
