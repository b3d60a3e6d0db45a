namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The table of dead letters, for the model only.</summary>
internal sealed class OutboxDeadLetterEntity
{
    public long Id { get; set; }

    public required string Destination { get; set; }

    public string? UserId { get; set; }

    public required string Event { get; set; }

    public long Due { get; set; }

    public required byte[] Payload { get; set; }

    public required string Message { get; set; }

    /// <summary>Gets or sets when it was rejected, in milliseconds since 1970.</summary>
    public long Rejected { get; set; }
}
