namespace Intilery.AspNetCore.Outbox;

/// <summary>The format of rows, intents, dead letters and trials.</summary>
internal static class OutboxFormat
{
    /// <summary>The format that this version writes; it leaves what has a greater one alone.</summary>
    public const int Current = 1;
}
