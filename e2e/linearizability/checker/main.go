// The checker reads the history of a run as NDJSON and says of each playlist whether what its clients were told can
// be told of one playlist that does one thing after the other (linearizability, checked with Porcupine).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// verdict is what is printed of a playlist, one line each.
type verdict struct {
	Key        string `json:"key"`
	Result     string `json:"result"`
	Operations int    `json:"operations"`
	Unknown    int    `json:"unknown"`
	// History are the lines of the shortest beginning that is already wrong.
	History []json.RawMessage `json:"history,omitempty"`
}

func main() {
	timeout := flag.Duration("timeout", 30*time.Second, "how long one playlist may take; longer is a failure")
	flag.Parse()
	histories, lines, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	isGood := true
	keys := make([]string, 0, len(histories))
	for key := range histories {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	printer := json.NewEncoder(os.Stdout)
	for _, key := range keys {
		found := judge(key, histories[key], lines, *timeout)
		isGood = isGood && found.Result == string(porcupine.Ok)
		if err := printer.Encode(found); err != nil {
			os.Exit(2)
		}
	}
	if !isGood {
		os.Exit(1)
	}
}

func judge(key string, history []*operation, lines []json.RawMessage, timeout time.Duration) verdict {
	result := porcupine.CheckOperationsTimeout(model, until(history, forever), timeout)
	found := verdict{Key: key, Result: string(result), Operations: len(history)}
	var ends []int
	for _, one := range history {
		if one.ended == forever {
			found.Unknown++
		} else {
			ends = append(ends, one.ended)
		}
	}
	if result != porcupine.Illegal {
		return found
	}
	// A history that can be told has only beginnings that can be told, so the first wrong one is found by halving.
	slices.Sort(ends)
	first := sort.Search(len(ends)-1, func(at int) bool {
		return porcupine.CheckOperationsTimeout(model, until(history, ends[at]), timeout) == porcupine.Illegal
	})
	found.History = linesOf(history, lines, ends[first])
	return found
}

func linesOf(history []*operation, lines []json.RawMessage, end int) []json.RawMessage {
	var numbers []int
	for _, one := range history {
		for _, number := range []int{one.called, one.ended} {
			if number <= end {
				numbers = append(numbers, number)
			}
		}
	}
	slices.Sort(numbers)
	chosen := make([]json.RawMessage, len(numbers))
	for at, number := range numbers {
		chosen[at] = lines[number]
	}
	return chosen
}
