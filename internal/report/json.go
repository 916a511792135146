package report

import (
	"encoding/json"
	"io"
	"time"
)

// The JSON form of a finding only grows: programs read it.
type (
	jsonFinding struct {
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Place
		Message  string        `json:"message"`
		Help     string        `json:"help,omitempty"`
		Related  []Related     `json:"related,omitempty"`
		Change   *jsonChange   `json:"change,omitempty"`
		Accepted *jsonAccepted `json:"accepted,omitempty"`
	}
	jsonChange struct {
		Subject      string            `json:"subject"`
		Event        string            `json:"event,omitempty"`
		Baseline     string            `json:"baseline,omitempty"`
		Was          *Place            `json:"was,omitempty"`
		From         string            `json:"from"`
		To           string            `json:"to"`
		Fingerprints *jsonFingerprints `json:"fingerprints,omitempty"` // what an entry that accepts it has
		Effect       *jsonEffect       `json:"effect,omitempty"`
	}
	jsonFingerprints struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	jsonEffect struct {
		Breaks      []string `json:"breaks"`
		OldConsumer string   `json:"old_consumer_new_producer,omitempty"`
		NewConsumer string   `json:"new_consumer_old_producer,omitempty"`
		Replay      string   `json:"replay,omitempty"`
		Deploy      []string `json:"deploy,omitempty"`
	}
	jsonAccepted struct {
		Reason  string `json:"reason"`
		Owner   string `json:"owner"`
		Expires string `json:"expires"`
		Entry   Place  `json:"entry"`
	}
)

// renderJSON writes one object a line.
func renderJSON(w io.Writer, found []Finding, _ Tool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range found {
		if err := enc.Encode(f.json()); err != nil {
			return err
		}
	}
	return nil
}

func (f Finding) json() jsonFinding {
	j := jsonFinding{
		Rule: f.Rule, Severity: f.Severity.String(), Place: f.Place, Message: f.Message, Help: f.Help, Related: f.Related,
	}
	if f.Change != nil {
		j.Change = f.Change.json()
	}
	if a := f.Accepted; a != nil {
		j.Accepted = &jsonAccepted{a.Reason, a.Owner, a.Expires.Format(time.DateOnly), a.Place}
	}
	return j
}

func (c *Change) json() *jsonChange {
	j := &jsonChange{Subject: c.Subject, Event: c.Event, Baseline: c.Baseline, From: c.From, To: c.To}
	if c.Was.Path != "" {
		j.Was = &c.Was
	}
	if e := c.Entry; e != nil {
		j.Fingerprints = &jsonFingerprints{e.From, e.To}
	}
	if e := c.Effect; e != nil {
		breaks := append([]string{}, breakWords(e.Breaks)...) // [] instead of null
		j.Effect = &jsonEffect{breaks, e.OldConsumer, e.NewConsumer, e.Replay, e.Steps}
	}
	return j
}
