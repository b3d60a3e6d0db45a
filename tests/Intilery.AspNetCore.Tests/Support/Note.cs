namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An entity that means nothing to anybody else.</summary>
public sealed class Note
{
    public int Id { get; set; }

    public string Text { get; set; } = string.Empty;
}
