// A server on the official Go SDK, over Streamable HTTP: `server PORT [--sessionless]`, as the SDK's examples write one.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type text struct {
	Text string `json:"text"`
}

type addends struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
}

type sum struct {
	Sum float64 `json:"sum"`
}

type waiting struct {
	Ms int `json:"ms" jsonschema:"how long, in milliseconds"`
}

type waited struct {
	WaitedMs int `json:"waitedMs"`
}

type note struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type key struct {
	Key string `json:"key"`
}

type found struct {
	Key  string  `json:"key"`
	Text *string `json:"text"`
}

// notes are in the memory of this process: what another replica was told is not known here.
type notes struct {
	mu    sync.Mutex
	texts map[string]string
}

const notesMax = 100_000

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: server PORT [--sessionless]")
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "go-sdk", Version: "1.0.0"}, nil)
	addTools(server, &notes{texts: map[string]string{}})
	options := &mcp.StreamableHTTPOptions{Stateless: slices.Contains(os.Args, "--sessionless")}
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, options)
	http.Handle("/mcp", handler)
	log.Fatal(http.ListenAndServe(host()+":"+os.Args[1], nil))
}

// host is the address to listen on: within a container, every one of it.
func host() string {
	if named := os.Getenv("HOST"); named != "" {
		return named
	}
	return "127.0.0.1"
}

func addTools(server *mcp.Server, kept *notes) {
	readOnly := &mcp.ToolAnnotations{ReadOnlyHint: true}
	mcp.AddTool(server, &mcp.Tool{Name: "echo", Description: "Says what it was told", Annotations: readOnly},
		func(_ context.Context, _ *mcp.CallToolRequest, in text) (*mcp.CallToolResult, text, error) {
			return nil, in, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "add", Description: "Adds two numbers", Annotations: readOnly},
		func(_ context.Context, _ *mcp.CallToolRequest, in addends) (*mcp.CallToolResult, sum, error) {
			return nil, sum{in.A + in.B}, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "wait", Description: "Answers after so many milliseconds", Annotations: readOnly},
		func(ctx context.Context, _ *mcp.CallToolRequest, in waiting) (*mcp.CallToolResult, waited, error) {
			select {
			case <-time.After(time.Duration(in.Ms) * time.Millisecond):
				return nil, waited{in.Ms}, nil
			case <-ctx.Done():
				return nil, waited{}, ctx.Err()
			}
		})
	additive := false
	mcp.AddTool(server, &mcp.Tool{
		Name:        "remember",
		Description: "Keeps a text under a key, in the memory of this replica",
		Annotations: &mcp.ToolAnnotations{DestructiveHint: &additive},
	}, func(_ context.Context, req *mcp.CallToolRequest, in note) (*mcp.CallToolResult, note, error) {
		ledger("begin", req)
		kept.keep(in)
		ledger("commit", req)
		return nil, in, nil
	})
	mcp.AddTool(server, &mcp.Tool{Name: "recall", Description: "The text under a key, or null", Annotations: readOnly},
		func(_ context.Context, _ *mcp.CallToolRequest, in key) (*mcp.CallToolResult, found, error) {
			return nil, found{in.Key, kept.find(in.Key)}, nil
		})
}

// ledger writes one line for each begin and commit, on the disk before the answer leaves (docs/ledger.md).
func ledger(event string, req *mcp.CallToolRequest) {
	opID, isOurs := req.Params.Meta["io.mcp-windtunnel/opId"].(string)
	if !isOurs {
		return
	}
	line, err := json.Marshal(map[string]any{"windtunnel": event, "opId": opID, "tool": req.Params.Name})
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(append(line, '\n'))
}

func (kept *notes) keep(one note) {
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if len(kept.texts) >= notesMax {
		for some := range kept.texts {
			delete(kept.texts, some)
			break
		}
	}
	kept.texts[one.Key] = one.Text
}

func (kept *notes) find(key string) *string {
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if text, isKnown := kept.texts[key]; isKnown {
		return &text
	}
	return nil
}
