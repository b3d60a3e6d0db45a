namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The table of intents, for the model only.</summary>
internal sealed class OutboxIntentEntity
{
    public long Id { get; set; }

    /// <summary>Gets or sets the process that is to settle it, see <see cref="OutboxNodeEntity"/>.</summary>
    public required string Owner { get; set; }

    public required string Scope { get; set; }

    public required string UserId { get; set; }

    public required byte[] Payload { get; set; }
}
