package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/anishathalye/porcupine"
)

// line is one event of a recorded history: an invocation, or how it ended.
type line struct {
	Process string `json:"process"`
	Kind    string `json:"kind"`
	Key     string `json:"key"`
	request
	Answer json.RawMessage `json:"answer,omitempty"`
	// At is for people: milliseconds since the run began. The order of the lines is what counts.
	At float64 `json:"at"`
}

// operation is an invocation with its end, both by the number of their lines.
type operation struct {
	asked  request
	told   answer
	called int
	ended  int
}

// read gives the operations of each playlist, in the order of their invocations.
func read(from io.Reader) (map[string][]*operation, []json.RawMessage, error) {
	histories := map[string][]*operation{}
	open := map[string]*operation{}
	var lines []json.RawMessage
	decoder := json.NewDecoder(from)
	for {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err == io.EOF {
			return histories, lines, nil
		} else if err != nil {
			return nil, nil, err
		}
		var event line
		if err := json.Unmarshal(raw, &event); err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", len(lines)+1, err)
		}
		number := len(lines)
		lines = append(lines, raw)
		if event.Kind == "invoke" {
			if open[event.Process] != nil {
				return nil, nil, fmt.Errorf("line %d: %s has asked and waits", number+1, event.Process)
			}
			one := &operation{event.request, answer{Kind: "unknown"}, number, forever}
			open[event.Process] = one
			histories[event.Key] = append(histories[event.Key], one)
			continue
		}
		one := open[event.Process]
		if one == nil {
			return nil, nil, fmt.Errorf("line %d: %s has asked nothing", number+1, event.Process)
		}
		delete(open, event.Process)
		if event.Kind == "unknown" {
			continue
		}
		if event.Answer != nil {
			if err := json.Unmarshal(event.Answer, &one.told); err != nil {
				return nil, nil, fmt.Errorf("line %d: %w", number+1, err)
			}
		}
		one.told.Kind = event.Kind
		one.ended = number
	}
}

const forever = int(^uint(0) >> 1)

// until gives the history as it was known when line `end` was written: what had not ended then may still happen.
func until(history []*operation, end int) []porcupine.Operation {
	var known []porcupine.Operation
	for _, one := range history {
		if one.called > end {
			continue
		}
		told, ended := one.told, one.ended
		if ended > end {
			told, ended = answer{Kind: "unknown"}, forever
		}
		known = append(known, porcupine.Operation{Input: one.asked, Call: int64(one.called), Output: told, Return: int64(ended)})
	}
	return known
}
