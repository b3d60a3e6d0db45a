namespace Intilery.AspNetCore.Outbox;

/// <summary>As in a version of the package whose outbox has another format.</summary>
internal static class OutboxFormat
{
    public const int Current = 2;
}
