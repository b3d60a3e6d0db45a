using Intilery.AspNetCore.Events;
using Microsoft.Extensions.Configuration;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class PlanEnricher(IConfiguration configuration) : IEventEnricher
{
    public void Enrich(EventEnrichment enrichment)
    {
        enrichment.Properties["plan"] = configuration["Plan"]; // a property of an event, a trait of an identify call
        if (enrichment.Event is InviteSent { InviteeEmail: null })
        {
            enrichment.Suppress("link-invite"); // the event's own reason, in the log and the metrics
        }
    }
}
