namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The table of rows, for the model only: nothing of ours is ever tracked by a context.</summary>
internal sealed class OutboxRowEntity
{
    public long Id { get; set; }

    public required string Destination { get; set; }

    public string? UserId { get; set; }

    public required string Event { get; set; }

    /// <summary>Gets or sets the due time in milliseconds since 1970: a number is the same in every database.</summary>
    public long Due { get; set; }

    public required byte[] Payload { get; set; }
}
