namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>A user who is none of Identity's.</summary>
public sealed class Subscriber
{
    public int Id { get; set; }

    public string? Address { get; set; }

    public string? Publisher { get; set; }
}
