// SPDX-License-Identifier: MIT
// What Java programs do that waits: monitors, java.util.concurrent, sockets, files, processes; it prints what came of it.
import java.io.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.*;
import java.util.stream.*;

public class Waits {
	static final int THREADS = 6, ROUNDS = 3000;
	static long monitored, locked, read;

	interface Body {
		void run(int number) throws Exception;
	}

	static void inThreads(int count, Body body) throws Exception {
		List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
		Thread[] threads = new Thread[count];

		for (int i = 0; i < count; i++) {
			int number = i;

			threads[i] = new Thread(() -> {
				try {
					body.run(number);
				} catch (Throwable failure) {
					failures.add(failure);
				}
			});
			threads[i].start();
		}
		for (Thread thread : threads)
			thread.join();
		if (!failures.isEmpty())
			throw new Exception(failures.get(0));
	}

	static void locks() throws Exception {
		Object monitor = new Object();
		ReentrantLock lock = new ReentrantLock(true);
		ReentrantReadWriteLock shared = new ReentrantReadWriteLock();
		StampedLock stamped = new StampedLock();

		inThreads(THREADS, number -> {
			for (int i = 0; i < ROUNDS; i++) {
				synchronized (monitor) {
					monitored += Integer.toString(i).hashCode() & 3;
				}
				if (i % 100 == 0)
					Thread.sleep(1);
			}
			for (int i = 0; i < ROUNDS / 10; i++) {
				lock.lock();
				try {
					locked++;
				} finally {
					lock.unlock();
				}
				Lock side = i % 10 == 0 ? shared.writeLock() : shared.readLock();
				side.lock();
				if (i % 10 == 0)
					read++;
				side.unlock();
				long stamp = stamped.writeLock();
				stamped.unlockWrite(stamp);
			}
		});
		System.out.println("locks " + monitored + " " + locked + " " + read + " " + lock.tryLock(1, TimeUnit.MILLISECONDS));
	}

	static void waitAndNotify() throws Exception {
		ArrayDeque<Integer> box = new ArrayDeque<>();
		LongAdder sum = new LongAdder();

		inThreads(4, number -> {
			for (int i = 0; i < 1000; i++) {
				synchronized (box) {
					if (number % 2 == 0) {
						while (box.size() >= 5)
							box.wait();
						box.add(i);
					} else {
						while (box.isEmpty())
							box.wait(1000);
						sum.add(box.remove());
					}
					box.notifyAll();
				}
			}
		});
		System.out.println("monitors " + sum + " " + box.size());
	}

	static void concurrent() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(4);
		SynchronousQueue<Integer> handOff = new SynchronousQueue<>();
		CyclicBarrier barrier = new CyclicBarrier(3);
		CountDownLatch latch = new CountDownLatch(3);
		Semaphore slots = new Semaphore(2);

		Future<Integer> received = pool.submit(() -> {
			int sum = 0;
			for (int i = 0; i < 500; i++)
				sum += handOff.take();
			return sum;
		});
		for (int i = 0; i < 500; i++)
			handOff.put(i);
		inThreads(3, number -> {
			for (int i = 0; i < 50; i++)
				barrier.await();
			slots.acquire();
			Thread.sleep(2);
			slots.release();
			latch.countDown();
		});
		latch.await();
		List<Callable<Integer>> tasks = IntStream.range(0, 200).mapToObj(n -> (Callable<Integer>)() -> n * n).collect(Collectors.toList());
		int squares = 0;
		for (Future<Integer> square : pool.invokeAll(tasks))
			squares += square.get();
		pool.shutdown();
		System.out.println("concurrent " + received.get() + " " + squares + " " + pool.awaitTermination(10, TimeUnit.SECONDS) + " " +
			IntStream.range(0, 1000000).parallel().filter(n -> n % 7 == 0).count() + " " +
			CompletableFuture.supplyAsync(() -> 20).thenCombine(CompletableFuture.supplyAsync(() -> 22), Integer::sum).get());
		Thread parked = new Thread(LockSupport::park);
		parked.start();
		parked.join(20);
		parked.interrupt();
		parked.join();
		System.out.println("interrupted " + parked.isAlive());
	}

	static void sockets() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread echo = new Thread(() -> {
				for (int i = 0; i < 5; i++)
					try (Socket peer = server.accept()) {
						peer.getInputStream().transferTo(peer.getOutputStream());
					} catch (IOException error) {
						System.out.println(error);
					}
			});
			echo.start();
			for (int i = 0; i < 5; i++)
				try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
					socket.getOutputStream().write("x".repeat(10000 * i).getBytes());
					socket.shutdownOutput();
					System.out.println("echo " + socket.getInputStream().readAllBytes().length);
				}
			echo.join();
			server.setSoTimeout(20);
			server.accept();
		} catch (SocketTimeoutException error) {
			System.out.println("accept: " + error.getMessage());
		}
		try (Selector selector = Selector.open(); Pipe.SourceChannel source = channel(selector)) {
			System.out.println("selector " + selector.select(2000) + " " + source.read(ByteBuffer.allocate(10)));
		}
	}

	static Pipe.SourceChannel channel(Selector selector) throws IOException {
		Pipe pipe = Pipe.open();

		pipe.source().configureBlocking(false);
		pipe.source().register(selector, SelectionKey.OP_READ);
		new Thread(() -> {
			try {
				Thread.sleep(20);
				pipe.sink().write(ByteBuffer.wrap("seven b".getBytes()));
			} catch (Exception error) {
				System.out.println(error);
			}
		}).start();
		return pipe.source();
	}

	static void processes(Path directory) throws Exception {
		Process sort = new ProcessBuilder("sort").start();
		sort.getOutputStream().write("b\na\n".getBytes());
		sort.getOutputStream().close();
		System.out.println("process " + new String(sort.getInputStream().readAllBytes()).replace('\n', ' ') + sort.waitFor());
		System.out.println("exit " + new ProcessBuilder("sh", "-c", "exit 3").start().waitFor());
		Process sleeper = new ProcessBuilder("env", "-i", "/bin/sleep", "30").start();
		System.out.println("timeout " + sleeper.waitFor(50, TimeUnit.MILLISECONDS));
		sleeper.destroy();
		System.out.println("destroyed " + sleeper.waitFor());
		Path file = directory.resolve("file");
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock held = channel.lock()) {
			channel.write(ByteBuffer.wrap("text".getBytes()));
			channel.force(true);
			System.out.println("file " + held.isValid() + " " + Files.readString(file));
		}
	}

	public static void main(String[] arguments) throws Exception {
		locks();
		waitAndNotify();
		concurrent();
		sockets();
		processes(Path.of(arguments[0]));
		System.gc();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
		System.exit(7);
	}
}
