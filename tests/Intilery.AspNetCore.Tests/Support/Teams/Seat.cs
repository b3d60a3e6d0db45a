namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>A membership with a key of its own, whose rows are kept: a user may have several of one team, and ended ones are filtered out.</summary>
public sealed class Seat
{
    public int Id { get; set; }

    public string? UserId { get; set; }

    public int? TeamId { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}
