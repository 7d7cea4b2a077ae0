package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const wgetUsage = `Usage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR] [--post-data STR] [-P DIR] [-U AGENT] [-T SEC] URL...

Retrieve files via HTTP

	--spider	Only check URL existence: exit with 0 if it exists
	-q		Quiet
	-S		Show server response
	-O FILE		Save to FILE ('-' for stdout)
	-P DIR		Save to DIR (default .)
	-T SEC		Network read timeout is SEC seconds
	-U STR		Use STR for User-Agent header
	--header STR	Add STR (of form 'header: value') to headers
	--post-data STR	Send STR using POST method
`

var wgetOptions = options{
	short: map[rune]string{
		'q': "quiet", 'O': "output-document", 'T': "timeout", 'S': "server-response", 'U': "user-agent", 'P': "directory-prefix",
		'o': "output-file", 'c': "continue", 't': "tries", 'Y': "proxy", 'h': "help",
	},
	takes: map[string]bool{
		"quiet": false, "output-document": true, "timeout": true, "server-response": false, "user-agent": true, "directory-prefix": true,
		"output-file": true, "continue": false, "tries": true, "proxy": true, "help": false,
		"spider": false, "header": true, "post-data": true, "no-check-certificate": false, "no-verbose": false,
	},
}

// download is one wget run after its options were read.
type download struct {
	client         *http.Client
	method, data   string
	headers        http.Header
	timeout        time.Duration
	quiet, spider  bool
	showResponse   bool
	output, folder string
	stdout, stderr io.Writer
}

// wget is busybox's wget as far as labs need it. Exit codes: 0 fetched, 1 anything else.
func wget(args []string, stdout, stderr io.Writer) int {
	given, err := wgetOptions.parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "wget: %v\n%s", err, wgetUsage)
		return 1
	}
	if given.has("help") || len(given.rest) == 0 {
		fmt.Fprint(stderr, wgetUsage)
		return 1
	}
	d, err := newDownload(given, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "wget: %v\n", err)
		return 1
	}
	for _, target := range given.rest {
		if err := d.fetch(target); err != nil {
			fmt.Fprintf(stderr, "wget: %v\n", err)
			return 1
		}
	}
	return 0
}

func newDownload(given parsed, stdout, stderr io.Writer) (*download, error) {
	d := &download{
		method: http.MethodGet, timeout: 900 * time.Second,
		quiet: given.has("quiet"), spider: given.has("spider"), showResponse: given.has("server-response"),
		output: given.last("output-document"), folder: given.last("directory-prefix"), headers: http.Header{"User-Agent": {"Wget"}},
		stdout: stdout, stderr: stderr,
	}
	if text := given.last("timeout"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || !(seconds >= 0 && seconds < 1e6) {
			return nil, fmt.Errorf("invalid number '%s'", text)
		}
		if seconds > 0 {
			d.timeout = time.Duration(seconds * float64(time.Second))
		}
	}
	if given.has("user-agent") {
		d.headers.Set("User-Agent", given.last("user-agent"))
	}
	for _, header := range given.values["header"] {
		name, value, found := strings.Cut(header, ":")
		if !found {
			return nil, fmt.Errorf("bad header '%s'", header)
		}
		d.headers.Set(name, strings.TrimSpace(value))
	}
	if given.has("post-data") {
		d.method, d.data = http.MethodPost, given.last("post-data")
		if d.headers.Get("Content-Type") == "" {
			d.headers.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	if d.spider {
		d.method = http.MethodHead
	}
	if path := given.last("output-file"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return nil, err
		}
		d.stderr = file
	}
	d.client = &http.Client{Transport: &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		DialContext:        d.dial,
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true}, // as busybox: it cannot verify
	}}
	return d, nil
}

func (d *download) say(format string, values ...any) {
	if !d.quiet {
		fmt.Fprintf(d.stderr, format, values...)
	}
}

func (d *download) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(addresses, func(a, b netip.Addr) int { return a.Unmap().BitLen() - b.Unmap().BitLen() }) // IPv4 first
	var connection net.Conn
	for _, ip := range addresses {
		target := net.JoinHostPort(ip.Unmap().String(), port)
		d.say("Connecting to %s (%s)\n", host+portSuffix(port), target)
		if connection, err = (&net.Dialer{}).DialContext(ctx, network, target); err == nil {
			return connection, nil
		}
	}
	return nil, err
}

func portSuffix(port string) string {
	if port == "80" {
		return ""
	}
	return ":" + port
}

func (d *download) fetch(target string) error {
	if before, _, _ := strings.Cut(target, "/"); !strings.HasSuffix(before, ":") {
		target = "http://" + target // no scheme
	}
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host == "" {
		return fmt.Errorf("bad address '%s'", target)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" {
		return fmt.Errorf("not an http url: %s", target)
	}
	request, err := http.NewRequest(d.method, target, strings.NewReader(d.data))
	if err != nil {
		return err
	}
	request.Header = d.headers.Clone()
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	// The timeout is for each silence, as busybox counts it, not for the whole.
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	silence := time.AfterFunc(d.timeout, func() { cancel(context.DeadlineExceeded) })
	defer silence.Stop()
	response, err := d.client.Do(request.WithContext(ctx))
	if err != nil {
		return plainError(ctx, parsed.Hostname(), err)
	}
	defer response.Body.Close()
	if d.showResponse {
		d.printHead(response)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("server returned error: %s %s", response.Proto, response.Status)
	}
	if d.spider {
		d.say("remote file exists\n")
		return nil
	}
	body := readerThat{response.Body, func() { silence.Reset(d.timeout) }}
	if err := d.save(parsed, body); err != nil {
		return plainError(ctx, parsed.Hostname(), err)
	}
	return nil
}

func (d *download) printHead(response *http.Response) {
	fmt.Fprintf(d.stderr, "  %s %s\n", response.Proto, response.Status)
	if response.Close {
		response.Header.Set("Connection", "close") // net/http takes it out
	}
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		for _, value := range response.Header[name] {
			fmt.Fprintf(d.stderr, "  %s: %s\n", name, value)
		}
	}
	fmt.Fprintln(d.stderr)
}

func (d *download) save(target *url.URL, body io.Reader) error {
	if d.output == "-" {
		d.say("writing to stdout\n")
		if _, err := io.Copy(d.stdout, body); err != nil {
			return err
		}
		d.say("written to stdout\n")
		return nil
	}
	name := d.output
	if name == "" {
		if name = path.Base(target.Path); name == "." || name == "/" || strings.HasSuffix(target.Path, "/") {
			name = "index.html"
		}
		name = filepath.Join(d.folder, name)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if d.output == "" {
		flags |= os.O_EXCL // busybox does not overwrite a file that it names itself
	}
	file, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return fmt.Errorf("can't open '%s': %v", name, unwrapped(err))
	}
	d.say("saving to '%s'\n", name)
	_, err = io.Copy(file, body)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		d.say("'%s' saved\n", name)
	}
	return err
}

// plainError says what happened in busybox's words.
func plainError(ctx context.Context, host string, err error) error {
	var name *net.DNSError
	var operation *net.OpError
	switch {
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return errors.New("download timed out")
	case errors.As(err, &name):
		return fmt.Errorf("bad address '%s'", host)
	case errors.As(err, &operation) && operation.Op == "dial":
		address, _, _ := net.SplitHostPort(operation.Addr.String())
		return fmt.Errorf("can't connect to remote host (%s): %s", address, capital(unwrapped(operation.Err).Error()))
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return errors.New("error getting response: " + capital(unwrapped(err).Error()))
	}
	return unwrapped(err)
}

// unwrapped is the innermost cause: "connection refused", "file exists".
func unwrapped(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func capital(text string) string {
	if text == "" || text == "EOF" {
		return "Connection closed"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

type readerThat struct {
	io.Reader
	progressed func()
}

func (r readerThat) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.progressed()
	return n, err
}
