namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Names this process among those that share the outbox. A restarted process is another one.</summary>
internal sealed class OutboxOwner
{
    public string Id { get; } = Guid.NewGuid().ToString("N");
}
