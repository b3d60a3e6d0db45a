using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A log provider that cannot write our lines, and says so by throwing.</summary>
public sealed class ThrowingLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName.StartsWith("Intilery.AspNetCore", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(bool throws) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throws ? throw new InvalidOperationException("no log") : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (throws)
            {
                throw new InvalidOperationException("no log");
            }
        }
    }
}
