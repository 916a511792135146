package corpus

import (
	"math/rand/v2"
	"strings"
)

var nouns = strings.Fields(`account address agent alert archive asset attribute backup batch binding bucket budget build cache campaign catalog
	certificate channel claim cluster column config contact container context cursor dataset deployment device document domain
	edge endpoint entry environment event export feature filter folder forecast gateway grant group handler health host image
	index instance interval invoice item job key label layer lease ledger limit link location lock log machine manifest mapping
	measure member metric mirror model module monitor network node note notice object offer operation order owner package
	page parcel partition payment period permission place plan policy pool port price product profile project proposal provider
	quota range record region release report request resource role route rule sample schedule schema scope secret segment
	session shard shipment signal site snapshot source stage status stock storage stretch subject subnet subscription summary
	table tag target task team template tenant term ticket token topic trace track transfer trigger tunnel unit update usage user
	value variant vendor version view volume warehouse window worker zone`)

var fillers = strings.Fields(`the a of to in for and is are that which when with without by on from every each must may not only
	optional required default specified returned created updated deleted given same other`)

// text returns about n words in lines of about 80 bytes.
func text(r *rand.Rand, n int) string {
	var b strings.Builder
	column := 0
	for i := range n {
		word := pick(r, fillers)
		if r.IntN(2) == 0 {
			word = pick(r, nouns)
		}
		switch {
		case i == 0:
			word = title(word)
		case column > 72:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
		column += len(word) + 1
	}
	b.WriteByte('.')
	return b.String()
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
