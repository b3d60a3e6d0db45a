using System.Reflection;
using System.Threading.Channels;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>What a method of a hub returns to be sent item by item: its work goes on after the invocation, until the stream ends.</summary>
internal abstract class HubStream
{
    /// <summary>
    /// Returns the type that <see cref="Make"/> makes of what a method returns; <see langword="null"/> if the method returns no stream.
    /// </summary>
    public static Type? TypeOf(MethodInfo method) =>
        ItemOf(Awaited(method.ReturnType)) is { } item ? typeof(Of<>).MakeGenericType(item) : null;

    public static HubStream Make(Type type, object stream) => (HubStream)Activator.CreateInstance(type, stream)!;

    /// <summary>
    /// Lets what the stream does be in a scope, which is closed when the stream ends, or when its connection is aborted, and returns what
    /// is to be sent in its place.
    /// </summary>
    public abstract object Observe(TrackingScopes scopes, TrackingScope scope, CancellationTokenRegistration aborted);

    private static Type Awaited(Type type) =>
        Is(type, typeof(Task<>)) || Is(type, typeof(ValueTask<>)) ? type.GetGenericArguments()[0] : type;

    private static bool Is(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    // As SignalR distinguishes a stream from a result: by the method's declared type.
    private static Type? ItemOf(Type declared)
    {
        for (var type = declared; type is not null; type = type.BaseType)
        {
            if (Is(type, typeof(ChannelReader<>)))
            {
                return type.GetGenericArguments()[0];
            }
        }

        return declared.GetInterfaces()
            .Prepend(declared)
            .FirstOrDefault(type => Is(type, typeof(IAsyncEnumerable<>)))?.GetGenericArguments()[0];
    }

    private sealed class Of<T>(object stream) : HubStream
    {
        public override object Observe(TrackingScopes scopes, TrackingScope scope, CancellationTokenRegistration aborted)
        {
            if (stream is not ChannelReader<T> reader)
            {
                return new Items((IAsyncEnumerable<T>)stream, scopes, scope, aborted);
            }

            _ = reader.Completion.ContinueWith(
                _ => End(scope, aborted), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return stream;
        }

        private static void End(TrackingScope scope, CancellationTokenRegistration aborted)
        {
            aborted.Unregister();
            scope.Close();
        }

        private sealed class Items(
            IAsyncEnumerable<T> items, TrackingScopes scopes, TrackingScope scope, CancellationTokenRegistration aborted)
            : IAsyncEnumerable<T>
        {
            public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
                new Enumerator(items.GetAsyncEnumerator(cancellationToken), scopes, scope, aborted);
        }

        private sealed class Enumerator(
            IAsyncEnumerator<T> items, TrackingScopes scopes, TrackingScope scope, CancellationTokenRegistration aborted)
            : IAsyncEnumerator<T>
        {
            public T Current => items.Current;

            public async ValueTask<bool> MoveNextAsync()
            {
                var flow = scopes.Enter(scope, isWithin: false);
                try
                {
                    return await items.MoveNextAsync().ConfigureAwait(false);
                }
                finally
                {
                    // What an item has begun is not the next one's.
                    flow.End();
                }
            }

            public async ValueTask DisposeAsync()
            {
                var flow = scopes.Enter(scope, isWithin: false);
                try
                {
                    await items.DisposeAsync().ConfigureAwait(false);
                }
                finally
                {
                    flow.End();
                    End(scope, aborted);
                }
            }
        }
    }
}
