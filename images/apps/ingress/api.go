package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// api speaks to the API server with the Pod's ServiceAccount.
type api struct {
	base      string
	tokenFile string // read for every request: the kubelet renews it
	client    *http.Client
}

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

func inCluster(getenv func(string) string) (*api, error) {
	host, port := getenv("KUBERNETES_SERVICE_HOST"), getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, errors.New("KUBERNETES_SERVICE_HOST is not set: this program runs in a Pod")
	}
	certificates, err := os.ReadFile(filepath.Join(accountFolder, "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificates)
	return &api{
		base:      "https://" + net.JoinHostPort(host, port),
		tokenFile: filepath.Join(accountFolder, "token"),
		client:    &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}, Timeout: 10 * time.Second},
	}, nil
}

// look reads everything anew; Services and their endpoints only while an Ingress is ours. Resource version 0 is served from the API server's own cache, which is cheap and fresh enough.
func (a *api) look(ctx context.Context) (cluster, error) {
	ingresses, err := get[ingress](ctx, a, "/apis/networking.k8s.io/v1/ingresses")
	if err != nil {
		return cluster{}, err
	}
	if !slices.ContainsFunc(ingresses, ingress.isOurs) {
		return cluster{ingresses: ingresses}, nil
	}
	services, err := get[service](ctx, a, "/api/v1/services")
	if err != nil {
		return cluster{}, err
	}
	endpoints, err := get[endpointSlice](ctx, a, "/apis/discovery.k8s.io/v1/endpointslices")
	return cluster{ingresses, services, endpoints}, err
}

func get[T any](ctx context.Context, a *api, path string) ([]T, error) {
	body, err := a.do(ctx, http.MethodGet, path+"?resourceVersion=0", "", nil)
	if err != nil {
		return nil, err
	}
	var found list[T]
	if err := json.Unmarshal(body, &found); err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	return found.Items, nil
}

// setAddress writes status.loadBalancer of one Ingress.
func (a *api) setAddress(ctx context.Context, of meta, ip string) error {
	patch := fmt.Sprintf(`{"status":{"loadBalancer":{"ingress":[{"ip":%q}]}}}`, ip)
	path := fmt.Sprintf("/apis/networking.k8s.io/v1/namespaces/%s/ingresses/%s/status", of.Namespace, of.Name)
	_, err := a.do(ctx, http.MethodPatch, path, "application/merge-patch+json", []byte(patch))
	return err
}

func (a *api) do(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if a.tokenFile != "" {
		token, err := os.ReadFile(a.tokenFile)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %s: %.300s", method, path, response.Status, answer)
	}
	return answer, nil
}
