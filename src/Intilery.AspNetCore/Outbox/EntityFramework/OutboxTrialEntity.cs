namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The table of the trials' schedule, for the model only. Times are milliseconds since 1970.</summary>
internal sealed class OutboxTrialEntity
{
    public required string Key { get; set; }

    public long Version { get; set; }

    public long Generation { get; set; }

    public long Due { get; set; }

    public string? UserId { get; set; }

    public string? GroupId { get; set; }

    public long? Starts { get; set; }

    public long? Ends { get; set; }

    public string? Plan { get; set; }

    public required string Destination { get; set; }

    public long? Ended { get; set; }
}
