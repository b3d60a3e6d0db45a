using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

public sealed record LogLine(string Category, LogLevel Level, int Id, string Message, Exception? Exception)
{
    public IReadOnlyDictionary<string, object?> Fields { get; init; } = new Dictionary<string, object?>();
}
