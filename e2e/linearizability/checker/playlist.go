package main

import (
	"hash/fnv"
	"slices"

	"github.com/anishathalye/porcupine"
)

// request is what a client asked of one playlist.
type request struct {
	Op string `json:"op"`
	// Items to add (their ids follow from the command), to move to the start, or to remove.
	Items []string `json:"items,omitempty"`
	// After is the item behind which items are added; at the end without it.
	After string `json:"after,omitempty"`
	// IfVersion is the version named by If-Match; absent without one.
	IfVersion *int `json:"ifVersion,omitempty"`
}

// answer is what the client was told. The kind unknown promises nothing: it may happen at any later time, or never.
// The code nothing-done promises that it never happens.
type answer struct {
	Kind    string `json:"kind"`
	Code    string `json:"code,omitempty"`
	Version int    `json:"version,omitempty"`
	// Items that were added, or, for a read of the list, all of them in order.
	Items []string `json:"items,omitempty"`
	// Gone are the items that were to be removed and had gone before.
	Gone []string `json:"gone,omitempty"`
}

// playlist is one playlist as its clients see it. States are never changed, only replaced.
type playlist struct {
	version int
	items   []string
}

var model = porcupine.Model{
	Init: func() any { return playlist{} },
	Step: func(state, input, output any) (bool, any) {
		told := output.(answer)
		if told.Code == "nothing-done" {
			return true, state
		}
		next, said := apply(state.(playlist), input.(request))
		return told.Kind == "unknown" || isSame(said, told), next
	},
	Equal: func(one, other any) bool {
		a, b := one.(playlist), other.(playlist)
		return a.version == b.version && slices.Equal(a.items, b.items)
	},
	Hash: func(state any) uint64 {
		hash := fnv.New64a()
		for _, item := range state.(playlist).items {
			hash.Write([]byte(item))
		}
		return hash.Sum64() + uint64(state.(playlist).version)
	},
}

func isSame(said, told answer) bool {
	return said.Kind == told.Kind && said.Code == told.Code && said.Version == told.Version &&
		slices.Equal(said.Items, told.Items) && slices.Equal(said.Gone, told.Gone)
}

// apply gives the playlist after the request, and what its client has to be told.
func apply(before playlist, asked request) (playlist, answer) {
	if asked.Op == "create" {
		if before.version > 0 {
			return before, refused("already-exists", 0)
		}
		return playlist{version: 1}, answer{Kind: "ok", Version: 1}
	}
	if before.version == 0 {
		return before, refused("not-found", 0)
	}
	if asked.IfVersion != nil && *asked.IfVersion != before.version {
		return before, refused("version-mismatch", before.version)
	}
	switch asked.Op {
	case "add":
		return add(before, asked)
	case "remove":
		return remove(before, asked)
	case "move":
		return move(before, asked)
	default: // list
		return before, answer{Kind: "ok", Version: before.version, Items: before.items}
	}
}

func add(before playlist, asked request) (playlist, answer) {
	at := len(before.items)
	if asked.After != "" {
		anchor := slices.Index(before.items, asked.After)
		if anchor < 0 {
			return before, refused("already-gone", 0)
		}
		at = anchor + 1
	}
	after := playlist{before.version + 1, slices.Insert(slices.Clone(before.items), at, asked.Items...)}
	return after, answer{Kind: "ok", Version: after.version, Items: asked.Items}
}

func remove(before playlist, asked request) (playlist, answer) {
	there, gone := split(before, asked.Items)
	if len(there) == 0 {
		return before, answer{Kind: "ok", Version: before.version, Gone: gone}
	}
	after := playlist{before.version + 1, without(before.items, there)}
	return after, answer{Kind: "ok", Version: after.version, Gone: gone}
}

// move puts what is left of the named items at the start, in the order given.
func move(before playlist, asked request) (playlist, answer) {
	there, gone := split(before, asked.Items)
	if len(there) == 0 {
		return before, refused("already-gone", 0)
	}
	after := playlist{before.version + 1, append(slices.Clone(there), without(before.items, there)...)}
	return after, answer{Kind: "ok", Version: after.version, Gone: gone}
}

func split(before playlist, items []string) (there, gone []string) {
	for _, item := range items {
		if slices.Contains(before.items, item) {
			there = append(there, item)
		} else {
			gone = append(gone, item)
		}
	}
	return there, gone
}

func without(items, leaving []string) []string {
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool { return slices.Contains(leaving, item) })
}

func refused(code string, version int) answer {
	return answer{Kind: "fail", Code: code, Version: version}
}
