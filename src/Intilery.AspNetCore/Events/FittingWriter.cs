namespace Intilery.AspNetCore.Events;

/// <summary>
/// Writes messages that nobody is there to shorten: what is optional is left out, step by step, until the call is one that the
/// API takes.
/// </summary>
internal static class FittingWriter
{
    /// <summary>Where values are cut at last.</summary>
    private const int ShortestValueLength = 64;

    /// <summary>
    /// Writes the message, or as much of it as fits. Returns <see langword="false"/>, with the whole of it, when even the least is
    /// too large. What was written lies in the thread's buffer until the next message.
    /// </summary>
    /// <exception cref="ArgumentException">An id is missing or cannot be one.</exception>
    public static bool TryWrite(Message message, out ReadOnlySpan<byte> json, out bool isWhole)
    {
        json = MessageWriter.WriteAnySize(message, EventText.MaxValueLength);
        isWhole = true;
        if (json.Length <= MessageWriter.MaxBytes)
        {
            return true;
        }

        isWhole = false;

        // What is too large has left its buffer to whoever reads it: these do not overwrite it.
        foreach (var (less, maxValueLength) in Shed(message))
        {
            var shorter = MessageWriter.WriteAnySize(less, maxValueLength);
            if (shorter.Length <= MessageWriter.MaxBytes)
            {
                json = shorter;
                return true;
            }
        }

        return false;
    }

    // The browser first: it is the least known of the event. The ids stay, without them it is nobody's.
    private static IEnumerable<(Message Message, int MaxValueLength)> Shed(Message message)
    {
        yield return (message = message with { Browser = null }, EventText.MaxValueLength);
        yield return (message = message with { Origin = null }, EventText.MaxValueLength);
        yield return (message, EventText.MaxCapturedLength);
        yield return (message, ShortestValueLength);
    }
}
