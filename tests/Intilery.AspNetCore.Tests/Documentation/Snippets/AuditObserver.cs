using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class AuditObserver(ILogger<AuditObserver> logger) : ILifecycleEventObserver
{
    public void OnRecorded(RecordedEvent recorded) =>
        logger.LogInformation("Recorded {Event} of {UserId}.", recorded.Name, recorded.UserId);
}
