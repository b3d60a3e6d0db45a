using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Attaches the interceptor to every context that the application registers, before or after us, pooled or not. It does so as an
/// application does, until a context of the type has shown that an extension of its options reaches it, which costs far less.
/// </summary>
/// <typeparam name="TContext">The application's context; the open generic is registered once for all of them.</typeparam>
internal sealed class InterceptorAttachment<TContext>(SaveInterceptor interceptor) : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    private readonly WatchExtension _probe = new(new Nothing());
    private readonly WatchExtension _watch = new(interceptor);

    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        ConfiguredContexts.Add();

        // Attached twice, every callback would come twice.
        if (optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.Interceptors?.Contains(interceptor) == true)
        {
            return;
        }

        var extension = _probe.IsReached ? _watch : _probe;
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(extension);
        if (extension == _probe)
        {
            optionsBuilder.AddInterceptors(interceptor);
        }
    }

    private sealed class Nothing : IInterceptor;
}

/// <summary>
/// Counts the options of contexts that were configured on this thread: who resolves options and finds that none were configured knows
/// that they had been made before.
/// </summary>
internal static class ConfiguredContexts
{
    // Of all applications in the process: what is compared is the count before and after a call on one thread.
    [ThreadStatic]
    private static int _count;

    public static int Count => _count;

    public static void Add() => _count++;
}
